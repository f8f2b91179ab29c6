// A dashboard server that makes everything up, for working on the page and for
// fast tests of its looks.  It is never shipped.  All persons and organisations
// are invented; test BSNs begin with 9999.
//
// usage: node mock.mjs PAGE_DIR [PORT]      users beheer, inzage and partij, password demo
// POST /mock {hub, empty, fail, computing} changes what it plays.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.txt': 'text/plain; charset=utf-8' };
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

// ---- the same made-up world every time ----

let seed = 20261122;
const random = () => {
	seed = (seed * 1103515245 + 12345) % 2147483648;
	return seed / 2147483648;
};
const among = (n) => Math.floor(random() * n);
const pick = (list) => list[among(list.length)];
const hex = (n) => Array.from({ length: n }, () => among(16).toString(16)).join('');
const iso = (ms) => new Date(ms).toISOString();
const day = (ms) => iso(ms).slice(0, 10);
const HOUR = 3600000, DAY = 24 * HOUR;

const GEMEENTEN = [['0363', 'Gemeente Voorbeeld'], ['0344', 'Gemeente Zandhuizen'], ['0518', 'Gemeente Waterveen'], ['0599', 'Gemeente Nieuw-Oostergouw']];
const AANBIEDERS = [['98001234', 'Jeugdhulp De Linde'], ['98005678', 'Stichting Kompas Jeugd & Gezin'], ['98010111', 'Praktijk Het Baken'], ['98020222', 'GI Midden'], ['98030333', 'Zorgboerderij Zonneweide'], ['98040444', 'Stichting Regionale Ambulante Opvoedondersteuning Het Veen en Omstreken'], ['98050555', 'Kinder-ggz Noorderlicht'], ['98060666', 'Pleegzorg Onder Dak']];
const NAME = new Map([...GEMEENTEN, ...AANBIEDERS]);
const SOFTWARE = { 98001234: 'ZorgSuite 8.4', 98005678: 'Caretrail 2026.3', 98010111: 'Praktijkbeheer 3.1', 98020222: 'GI-net 12', 98030333: 'ijw-filedrop 0.1.0', 98040444: 'ZorgSuite 8.4', 98050555: 'ZorgSuite 8.3', 98060666: 'Caretrail 2026.3', '0363': 'Sociaal Domein 5', '0344': 'Sociaal Domein 5', '0518': 'Gemeentesuite 2', '0599': 'ijw-filedrop 0.1.0' };
const RULES = {
	TR063: { retourcode: '9063', verdict: 'rejected', types: ['JW305', 'JW307'], element: 'StatusAanlevering', nl: 'Er is niets te verwijderen: een eerdere aanlevering met deze gegevens is niet van kracht.', en: 'There is nothing to delete: no earlier delivery with these data is in force.', todo_nl: 'Neem de gegevens van de eerdere aanlevering precies over, of haal deze verwijdering weg.', todo_en: 'Copy the data of the earlier delivery exactly, or remove this deletion.' },
	TR018: { retourcode: '0001', verdict: 'rejected', types: ['JW307'], element: 'Einddatum', nl: 'De einddatum van de levering ligt voor de begindatum.', en: 'The end date of the delivery lies before its begin date.', todo_nl: 'Verbeter de einddatum en verstuur het bericht opnieuw.', todo_en: 'Correct the end date and send the message again.' },
	TR074: { retourcode: '9074', verdict: 'rejected', types: ['JW305', 'JW307'], element: 'ToewijzingNummer', nl: 'Bij dit toewijzingnummer is bij deze gemeente geen toewijzing bekend.', en: 'This municipality knows no allocation with this number.', todo_nl: 'Controleer het toewijzingnummer in het JW301 dat u ontving.', todo_en: 'Check the allocation number in the JW301 that you received.' },
	TR321: { retourcode: '9321', verdict: 'rejected', types: ['JW323'], element: 'Volume', nl: 'Het gedeclareerde volume is hoger dan wat is toegewezen.', en: 'The declared volume is more than what was allocated.', todo_nl: 'Vergelijk de declaratie met de toewijzing; vraag zo nodig een ruimere toewijzing aan.', todo_en: 'Compare the declaration with the allocation; ask for a larger one where needed.' },
	XSD: { retourcode: null, verdict: 'refused', types: ['JW305', 'JW307', 'JW323'], element: 'Geslacht', nl: "Element Geslacht: '7' staat niet in de codelijst COD046 (toegestaan: 0 (Onbekend), 1 (Mannelijk), 2 (Vrouwelijk), 9 (Niet gespecificeerd)).", en: "Element Geslacht: '7' is not in the code list COD046 (allowed: 0 (Onbekend), 1 (Mannelijk), 2 (Vrouwelijk), 9 (Niet gespecificeerd)).", todo_nl: 'Kies een code uit de lijst en verstuur het bericht opnieuw.', todo_en: 'Choose a code from the list and send the message again.' },
	BRS03: { retourcode: 'BRS03', verdict: 'refused', types: ['JW305'], element: 'Afzender', nl: 'De afzender in het bericht hoort niet bij het certificaat waarmee het is verstuurd.', en: 'The sender in the message does not belong to the certificate it was sent with.', todo_nl: 'Verstuur met het certificaat van deze afzender, of laat een machtiging vastleggen.', todo_en: 'Send with the certificate of this sender, or have a mandate recorded.' },
	TR134: { retourcode: '0001', verdict: 'accepted', types: ['JW301'], element: 'Dagtekening', nl: 'Deze datum ligt na de dagtekening van het bericht.', en: 'This date lies after the date of the message.', todo_nl: 'Controleer de datum.', todo_en: 'Check the date.' }
};
const TO_GEMEENTE = ['JW305', 'JW307', 'JW315', 'JW317', 'JW323'], TO_AANBIEDER = ['JW301', 'JW319', 'JW325'];
const partyOf = (code) => (code.length === 4 ? `gemeente-${code}` : `aanbieder-${code.slice(-4)}`);

function makeMessages(now) {
	const list = [];
	let at = now - 45000;
	for (let id = 41873; id > 41873 - 420; id--) {
		const out = random() < 0.35;
		const type = out ? pick(TO_AANBIEDER) : pick(TO_GEMEENTE);
		const g = pick(GEMEENTEN)[0], a = pick(AANBIEDERS)[0];
		const [sender, receiver] = out ? [g, a] : [a, g];
		const fits = Object.entries(RULES).filter(([, r]) => r.types.includes(type));
		const fault = fits.length && random() < 0.14 ? pick(fits) : null;
		const verdict = fault ? fault[1].verdict : random() < 0.01 ? 'parked' : 'accepted';
		const waits = verdict === 'accepted' && (receiver === '98030333' || (receiver === '98020222' && random() < 0.4));
		const gave = waits && random() < 0.12;
		list.push({
			id, received: iso(at), settled: verdict === 'parked' ? null : iso(at + 40), delivered: verdict === 'accepted' && !waits ? iso(at + 900) : null, confirmed: verdict === 'accepted' && !waits ? iso(at + 1400) : null, attempts: gave ? 20 : waits ? 1 : verdict === 'accepted' ? 1 : 0, size: 1800 + among(24000),
			party: partyOf(sender), party_name: NAME.get(sender), reference: `ref-${id}`, type, sender, sender_name: NAME.get(sender), receiver, receiver_name: NAME.get(receiver),
			identification: `${type[2]}${(26000000 + id).toString()}`, verdict, code: fault && fault[0].startsWith('BRS') ? fault[0] : fault && fault[0] === 'XSD' ? 'IB102' : null,
			delivery: verdict !== 'accepted' ? null : gave ? 'given up' : waits ? 'waits' : 'sent', more: false, sha256: hex(64), rules: fault ? [fault[0]] : [], nummer: `12345${(600 + among(90)).toString()}`, client: `c${among(40)}`.padEnd(32, 'a')
		});
		at -= 20000 + among(600000);
	}
	return list;
}

const XML = (m) => `<?xml version="1.0" encoding="UTF-8"?>
<jw305:Bericht xmlns:jw305="http://www.istandaarden.nl/ijw/3_2/jw305/schema" xmlns:ijw="http://www.istandaarden.nl/ijw/3_2/basisschema/schema">
  <jw305:Header>
    <jw305:BerichtCode>438</jw305:BerichtCode>
    <jw305:Afzender>${m.sender}</jw305:Afzender>
    <jw305:Ontvanger>${m.receiver}</jw305:Ontvanger>
    <jw305:BerichtIdentificatie>
      <ijw:Identificatie>${m.identification}</ijw:Identificatie>
      <ijw:Dagtekening>${m.received.slice(0, 10)}</ijw:Dagtekening>
    </jw305:BerichtIdentificatie>
  </jw305:Header>
  <jw305:Client>
    <jw305:Bsn>999930084</jw305:Bsn>
    <jw305:Geslacht>2</jw305:Geslacht>
    <jw305:Naam><ijw:Achternaam>Voorbeeld</ijw:Achternaam></jw305:Naam>
    <jw305:StartProducten>
      <jw305:StartProduct>
        <jw305:ToewijzingNummer>${m.nummer}</jw305:ToewijzingNummer>
        <jw305:Begindatum>2026-02-11</jw305:Begindatum>
        <jw305:StatusAanlevering>3</jw305:StatusAanlevering>
      </jw305:StartProduct>
    </jw305:StartProducten>
  </jw305:Client>
</jw305:Bericht>
`;
const masked = (text) => text.replace(/>999930084</, '>•••••••••<').replace(/>Voorbeeld<\/ijw:Achternaam/, '>•••••••••</ijw:Achternaam');

const USERS = {
	beheer: { user: 'beheer', name: 'Sanne de Wit', role: 'beheerder', codes: [], can: ['unmask', 'manage', 'audit', 'parties', 'export'] },
	inzage: { user: 'inzage', name: 'Karim Bouali', role: 'inzage', codes: [], can: ['audit', 'parties', 'export'] },
	partij: { user: 'partij', name: 'Jeugdhulp De Linde', role: 'partij', codes: ['98001234'], can: ['export', 'unmask'] }
};

export function world() {
	const now = Date.now();
	const messages = makeMessages(now);
	const state = { hub: 'up', since: iso(now - 20 * 60000), text: '', empty: false, fail: null, computing: false, holds: [{ code: '98020222', name: 'GI Midden', since: iso(now - 3 * HOUR), who: 'beheer', reason: 'GI-net wordt bijgewerkt, op verzoek van de leverancier', waiting: 7 }], audit: [] };
	const audit = (who, event, more = {}) => state.audit.unshift({ id: state.audit.length + 901, moment: iso(Date.now()), event, who, role: USERS[who]?.role ?? null, source: '10.0.0.12', message: null, client: null, reason: null, outcome: 'ok', detail: null, hash: hex(64), ...more });
	for (let i = 0; i < 40; i++) audit(pick(['beheer', 'inzage', 'partij']), pick(['login', 'body-viewed', 'body-viewed-masked', 'bsn-search', 'export', 'messages']), { moment: iso(now - (40 - i) * 37 * 60000), reason: random() < 0.4 ? 'Vraag van leverancier over afgekeurd bericht' : null, message: random() < 0.5 ? 41873 - among(200) : null });
	const visible = (me, m) => me.role !== 'partij' || me.codes.includes(m.sender) || me.codes.includes(m.receiver);
	const slim = ({ nummer: _, client: __, ...m }) => m;

	function overview(me, hours) {
		const start = Math.floor(Date.now() / HOUR) * HOUR - (hours - 1) * HOUR;
		const rows = Array.from({ length: hours }, (_, i) => {
			const at = new Date(start + i * HOUR), clock = (at.getUTCHours() + 1) % 24;
			const busy = clock >= 7 && clock <= 19 ? 60 + 90 * Math.sin(((clock - 6) / 14) * Math.PI) : 6;
			const k = (i * 37) % 11;
			const accepted = state.empty ? 0 : Math.round(busy + k * 2);
			return { hour: at.toISOString(), accepted, rejected: state.empty ? 0 : Math.round(accepted * 0.05 + (k > 8 ? 9 : 0)), refused: state.empty ? 0 : Math.round(accepted * 0.02 + (i === hours - 4 ? 14 : 0)), parked: k === 5 && !state.empty ? 2 : 0, bytes: accepted * 5300 };
		});
		const sum = (k) => rows.reduce((n, r) => n + r[k], 0);
		const queues = state.empty ? [] : [
			{ receiver: '98030333', name: 'Zorgboerderij Zonneweide', connected: false, waiting: 23, given_up: 2, oldest: iso(Date.now() - 26 * HOUR), held: false },
			{ receiver: '98020222', name: 'GI Midden', connected: true, waiting: 7, given_up: 0, oldest: iso(Date.now() - 3 * HOUR), held: true },
			{ receiver: '0363', name: 'Gemeente Voorbeeld', connected: true, waiting: 1, given_up: 0, oldest: iso(Date.now() - 9000), held: false }];
		const attention = state.empty ? [] : [
			{ level: 'urgent', kind: 'receiver-offline', title_nl: 'Zorgboerderij Zonneweide is niet verbonden', title_en: 'Zorgboerderij Zonneweide is not connected', text_nl: '23 berichten wachten, het oudste al 26 uur. Bel de aanbieder of de leverancier.', text_en: '23 messages wait, the oldest for 26 hours. Call the provider or its supplier.', link: '#/partijen?party=aanbieder-0333', since: iso(Date.now() - 26 * HOUR), count: 23 },
			{ level: 'urgent', kind: 'certificate', title_nl: 'Certificaat van Praktijk Het Baken verloopt over 6 dagen', title_en: 'The certificate of Praktijk Het Baken expires in 6 days', text_nl: 'Daarna kan deze partij niet meer verbinden.', text_en: 'After that this party can no longer connect.', link: '#/partijen?party=aanbieder-0111', since: null, count: 1 },
			{ level: 'warning', kind: 'error-rate', title_nl: 'ZorgSuite 8.4 maakt veel meer fouten dan vorige week', title_en: 'ZorgSuite 8.4 makes many more errors than last week', text_nl: 'Regel TR063 werd 38 keer gebroken, vorige week 4 keer.', text_en: 'Rule TR063 was broken 38 times, last week 4 times.', link: '#/fouten?rule=TR063', since: iso(Date.now() - 2 * DAY), count: 38 },
			{ level: 'warning', kind: 'given-up', title_nl: '2 berichten zijn niet bezorgd', title_en: '2 messages were not delivered', text_nl: 'De ontvanger nam ze na 20 pogingen niet aan.', text_en: 'The receiver did not take them after 20 attempts.', link: '#/berichten?given_up=1', since: iso(Date.now() - 5 * HOUR), count: 2 },
			{ level: 'warning', kind: 'overdue', title_nl: '14 antwoorden zijn te laat', title_en: '14 answers are late', text_nl: 'Stichting Kompas is het langst te laat: 9 dagen.', text_en: 'Stichting Kompas is latest: 9 days.', link: '#/termijnen', since: null, count: 14 },
			{ level: 'info', kind: 'open-ends', title_nl: '61 einddatums ontbreken zeker', title_en: '61 end dates are certainly missing', text_nl: 'Drie aanbieders missen samen de helft.', text_en: 'Three providers miss half of them together.', link: '#/einddatums?strength=certain', since: null, count: 61 }];
		if (state.hub === 'down') attention.unshift({ level: 'urgent', kind: 'hub-down', title_nl: 'De hub antwoordt niet', title_en: 'The hub does not answer', text_nl: 'Er komt nu niets binnen.', text_en: 'Nothing comes in now.', link: '#/overzicht', since: state.since, count: 1 });
		return {
			now: iso(Date.now()), hub: { state: state.hub, version: state.hub === 'down' ? null : '0.1.0', started: state.hub === 'down' ? null : iso(now - 9 * DAY), since: state.since, text: state.text, sessions: state.hub === 'down' ? 0 : 11, busy: 0.07, freezes: [] },
			hours: rows, totals: { messages: sum('accepted') + sum('rejected') + sum('refused') + sum('parked'), accepted: sum('accepted'), rejected: sum('rejected'), refused: sum('refused'), parked: sum('parked'), waiting: state.empty ? 0 : 31, given_up: state.empty ? 0 : 2, open_ends: state.empty ? 0 : 214, overdue: state.empty ? 0 : 14 },
			queues, times: { receipt: { n: state.empty ? 0 : 143, p50_ms: 6.2, p99_ms: 31 }, delivery: { n: state.empty ? 0 : 121, p50_ms: 410, p99_ms: 3900 }, since: iso(Date.now() - HOUR) },
			storage: { bytes: 1840000000, free_bytes: 61000000000, wal_bytes: 8400000 }, attention
		};
	}

	function groups(q) {
		const since = q.since || day(Date.now() - 29 * DAY), until = q.until || day(Date.now());
		const days = [];
		for (let t = Date.parse(since); t <= Date.parse(until) && days.length < 370; t += DAY) days.push(day(t));
		seed = 77;
		const all = [];
		for (const [rule, r] of Object.entries(RULES)) for (const [code, name] of r.types[0] === 'JW301' ? GEMEENTEN : AANBIEDERS) {
			if (random() < 0.5) continue;
			const strong = rule === 'TR063' && SOFTWARE[code] === 'ZorgSuite 8.4';
			const trend = days.map((_, i) => (strong && i > days.length - 8 ? 4 + among(4) : random() < 0.25 ? 1 + among(3) : 0));
			const n = trend.reduce((x, y) => x + y, 0);
			if (n) all.push({ rule, retourcode: r.retourcode, text_nl: r.nl, text_en: r.en, todo_nl: r.todo_nl, todo_en: r.todo_en, sender: code, sender_name: name, software: SOFTWARE[code], verdict: r.verdict, messages: n, parties: 1 + among(3), last: messages.find((m) => m.rules.includes(rule))?.received ?? iso(now - DAY), last_id: messages.find((m) => m.rules.includes(rule))?.id ?? 41800, trend, change: strong ? 850 : pick([-40, -12, 0, 8, 25, null]) });
		}
		const list = state.empty ? [] : all.filter((g) => (!q.party || g.sender === q.party) && (!q.rule || g.rule === q.rule) && (!q.software || g.software.toLowerCase().includes(q.software.toLowerCase())) && (!q.verdict || g.verdict === q.verdict) && (!q.q || `${g.text_nl} ${g.text_en}`.toLowerCase().includes(q.q.toLowerCase()))).sort((x, y) => y.messages - x.messages);
		return { since, until, days, groups: list, more: false, total_messages: list.reduce((n, g) => n + g.messages, 0) };
	}

	function find(me, q) {
		const like = (x, y) => (y.endsWith('*') ? x.startsWith(y.slice(0, -1)) : x === y);
		return messages.filter((m) => visible(me, m) && (!q.id || String(m.id) === q.id) && (!q.identification || like(m.identification, q.identification)) && (!q.party || [m.sender, m.receiver, m.party].includes(q.party)) && (!q.sender || m.sender === q.sender) && (!q.receiver || m.receiver === q.receiver) &&
			(!q.type || m.type === q.type) && (!q.verdict || m.verdict === q.verdict) && (!q.rule || m.rules.includes(q.rule)) && (!q.code || m.code === q.code || m.rules.some((r) => RULES[r].retourcode === q.code)) && (!q.nummer || m.nummer === q.nummer) && (!q.client || m.client === q.client) && (!q.since || m.received >= q.since) && (!q.until || m.received < q.until) && (!q.undelivered || m.delivery === 'waits') && (!q.given_up || m.delivery === 'given up') && (!q.before || m.id < Number(q.before)));
	}

	function detail(me, m) {
		const findings = m.rules.map((rule) => ({ rule, retourcode: RULES[rule].retourcode, path: `/Bericht/Client[1]/StartProducten/StartProduct[1]/${RULES[rule].element}`, element: RULES[rule].element, line: rule === 'XSD' ? 14 : 20, column: 9, nl: RULES[rule].nl, en: RULES[rule].en, todo_nl: RULES[rule].todo_nl, todo_en: RULES[rule].todo_en, excerpt: masked(XML(m)).split('\n').slice(17, 22).join('\n') }));
		const f = findings[0];
		const at = Date.parse(m.received);
		const timeline = [{ moment: m.received, event: 'received', nl: 'Ontvangen en opgeslagen', en: 'Received and stored', message: null }];
		if (m.settled) timeline.push({ moment: m.settled, event: m.verdict, nl: { accepted: 'Aanvaard; ontvangstbewijs verstuurd', rejected: 'Afgekeurd; ontvangstbewijs verstuurd', refused: 'Geweigerd; ontvangstbewijs verstuurd', parked: 'Geparkeerd' }[m.verdict], en: { accepted: 'Accepted; receipt sent', rejected: 'Rejected; receipt sent', refused: 'Refused; receipt sent', parked: 'Parked' }[m.verdict], message: null });
		if (m.verdict === 'rejected') timeline.push({ moment: iso(at + 60), event: 'retour', nl: 'Retourbericht gemaakt', en: 'Return message made', message: m.id + 1 });
		if (m.delivered) timeline.push({ moment: m.delivered, event: 'delivered', nl: `Verstuurd aan ${m.receiver_name}`, en: `Sent to ${m.receiver_name}`, message: null }, { moment: m.confirmed, event: 'confirmed', nl: 'Bevestigd door de ontvanger', en: 'Confirmed by the receiver', message: null });
		const said = f ? { nl: `Bericht ${m.identification} (${m.type}) van ${m.sender_name} aan ${m.receiver_name} is ${m.verdict === 'refused' ? 'geweigerd' : 'afgekeurd'}. ${f.nl} Dat staat op regel ${f.line} van het bericht, in element ${f.element}. ${f.todo_nl}`, en: `Message ${m.identification} (${m.type}) from ${m.sender_name} to ${m.receiver_name} was ${m.verdict}. ${f.en} That is on line ${f.line} of the message, in element ${f.element}. ${f.todo_en}` }
			: { nl: `Bericht ${m.identification} (${m.type}) van ${m.sender_name} aan ${m.receiver_name} is aanvaard. Er is niets mis mee.`, en: `Message ${m.identification} (${m.type}) from ${m.sender_name} to ${m.receiver_name} was accepted. Nothing is wrong with it.` };
		return { ...slim(m), outbox: m.delivery === 'waits' || m.delivery === 'given up' ? { state: m.delivery, attempts: m.attempts, failures: m.attempts, next: m.delivery === 'waits' ? iso(Date.now() + 300000) : null, reason: 'de ontvanger is niet verbonden' } : null, body: m.id % 97 === 0 ? 'deleted' : 'kept', findings, timeline, related: m.verdict === 'rejected' ? [{ id: m.id + 1, type: 'JW306', relation: 'retour', received: iso(at + 60), verdict: 'accepted' }, { id: m.id - 7, type: 'JW301', relation: 'same-nummer', received: iso(at - 9 * DAY), verdict: 'accepted' }] : [], explain_nl: said.nl, explain_en: said.en };
	}

	const KINDS = { C1: ['De toewijzing is voorbij en er kwam geen stopbericht', 'The allocation is over and no stop message came', 'certain'], C2: ['De toewijzing is ingekort en er kwam geen stopbericht', 'The allocation was shortened and no stop message came', 'certain'], C3: ['Er wordt niet meer gedeclareerd', 'There are no more declarations', 'probable'], C4: ['De tijdelijke stop duurt al lang', 'The temporary stop lasts long', 'probable'], C6: ['Er is gedeclareerd zonder startbericht', 'There are declarations without a start message', 'information'] };
	function openEnds(q) {
		seed = 4242;
		let rows = state.empty ? [] : Array.from({ length: 214 }, (_, i) => {
			const kind = pick(Object.keys(KINDS)), g = pick(GEMEENTEN), a = pick(AANBIEDERS), since = Date.now() - among(220) * DAY;
			const strength = KINDS[kind][2];
			return { gemeente: g[0], gemeente_name: g[1], aanbieder: a[0], aanbieder_name: a[1], toewijzingnummer: String(123450000 + i), begindatum: day(since - 300 * DAY), kind, kind_nl: KINDS[kind][0], kind_en: KINDS[kind][1], strength, stoplicht: strength === 'certain' ? 'rood' : strength === 'probable' ? 'oranje' : 'groen', since: day(since), estimated_end: strength === 'information' ? null : day(since - 20 * DAY), low: strength === 'information' ? null : day(since - 40 * DAY), high: strength === 'information' ? null : day(since - 3 * DAY), chance: strength === 'certain' ? 0.996 : strength === 'probable' ? 0.7 + random() * 0.25 : 0.12, categorie: pick(['45', '50', '54']), code: pick(['45A04', '50B01', '54C02', null]), basis_nl: 'De toewijzing eindigde en deze aanbieder verlengt maar 1 op de 9 keer.', basis_en: 'The allocation ended, and this provider extends only 1 time in 9.', clears_nl: 'JW307, of een JW301 met een latere einddatum', clears_en: 'a JW307, or a JW301 with a later end date', told: random() < 0.6 ? iso(since + 7 * DAY) : null, client: hex(32) };
		});
		rows = rows.filter((r) => ['gemeente', 'aanbieder', 'kind', 'strength', 'stoplicht'].every((k) => !q[k] || r[k] === q[k]));
		const count = (f) => rows.filter(f).length;
		const by = new Map();
		for (const r of rows) {
			const x = by.get(r.aanbieder) ?? { code: r.aanbieder, name: r.aanbieder_name, all: 0, certain: 0, probable: 0, rood: 0, told: 0 };
			x.all++, x.certain += r.strength === 'certain', x.probable += r.strength === 'probable', x.rood += r.stoplicht === 'rood', x.told += r.told !== null;
			by.set(r.aanbieder, x);
		}
		const offset = Number(q.offset || 0), limit = Number(q.limit || 200);
		return { today: day(Date.now()), rows: rows.slice(offset, offset + limit), totals: { all: rows.length, certain: count((r) => r.strength === 'certain'), probable: count((r) => r.strength === 'probable'), rood: count((r) => r.stoplicht === 'rood'), oranje: count((r) => r.stoplicht === 'oranje'), groen: count((r) => r.stoplicht === 'groen') }, by_aanbieder: [...by.values()].sort((x, y) => y.all - x.all), more: offset + limit < rows.length };
	}
	function due(q) {
		seed = 99;
		const kinds = [['retour', 'retourbericht', 'return message'], ['declaratieantwoord', 'declaratie-antwoord', 'declaration answer'], ['start', 'startbericht', 'start message'], ['stop', 'stopbericht', 'stop message'], ['verzoek', 'antwoord op verzoek', 'answer to a request']];
		let rows = state.empty ? [] : Array.from({ length: 37 }, () => {
			const k = pick(kinds), g = pick(GEMEENTEN)[0], a = pick(AANBIEDERS)[0], late = among(15) - 5;
			const [debtor, creditor] = k[0] === 'start' || k[0] === 'stop' ? [a, g] : [g, a];
			return { kind: k[0], kind_nl: k[1], kind_en: k[2], debtor, debtor_name: NAME.get(debtor), creditor, creditor_name: NAME.get(creditor), about: `S2602${among(9000) + 1000}`, message: 41500 + among(300), since: day(Date.now() - (late + 7) * DAY), due: day(Date.now() - late * DAY), late };
		});
		rows = rows.filter((r) => (!q.party || r.debtor === q.party || r.creditor === q.party) && r.late >= -Number(q.ahead ?? 0)).sort((x, y) => y.late - x.late);
		const by = new Map();
		for (const r of rows) {
			const x = by.get(r.debtor) ?? { code: r.debtor, name: r.debtor_name, overdue: 0, due_soon: 0, worst: 0 };
			x.overdue += r.late > 0, x.due_soon += r.late <= 0, x.worst = Math.max(x.worst, r.late);
			by.set(r.debtor, x);
		}
		return { today: day(Date.now()), rows, by_debtor: [...by.values()].sort((x, y) => y.overdue - x.overdue), more: false };
	}
	function flows(q) {
		if (state.computing) return { state: 'computing', asked: iso(Date.now() - 2000), rows: [], quality_texts: {}, health: {} };
		seed = 31;
		const keys = q.by === 'gemeente' ? GEMEENTEN : q.by === 'aanbieder' ? AANBIEDERS : q.by && q.by !== 'none' ? [['1', 'zonder verblijf'], ['2', 'pleegzorg'], ['3', 'gezinsgericht']] : [['', 'Alles']];
		const periods = q.period === 'year' ? ['2023', '2024', '2025', '2026'] : q.period === 'month' ? Array.from({ length: 12 }, (_, i) => `2026-${String(i + 1).padStart(2, '0')}`) : q.period === 'quarter' ? ['2025 K1', '2025 K2', '2025 K3', '2025 K4', '2026 K1', '2026 K2'] : ['2023-I', '2023-II', '2024-I', '2024-II', '2025-I', '2025-II', '2026-I'];
		const rows = keys.flatMap(([key, name]) => periods.map((label, i) => {
			const inflow = 300 + among(80), lost = 30 + among(25), out = 280 + among(60), stock = 1900 + i * 12;
			const read = (o) => ({ inflow, outflow: o, stock_begin: stock, stock_end: stock + inflow - o, balance: (100 * (o - inflow)) / inflow, low: null, high: null });
			return { key: key || null, key_name_nl: name, key_name_en: name === 'Alles' ? 'All' : name, from: `20${23 + Math.floor(i / 2)}-01-01`, until: `20${23 + Math.floor(i / 2)}-06-30`, label, registered: read(out - lost), cbs: read(out + 12), estimated: { ...read(out), low: -9.1, high: 3.4 }, cbs_closed: lost + 12, estimated_ends: lost, certain: Math.round(lost * 0.7), duration: 210 + among(90), quality: i === 0 ? ['begin'] : i >= periods.length - 1 ? ['voorlopig', 'cbs-open'] : [] };
		}));
		return { state: 'ready', asked: iso(Date.now()), rows: state.empty ? [] : rows, quality_texts: { begin: { nl: 'Hier beginnen de gegevens: instroom van daarvoor is niet te zien.', en: 'The data begin here: earlier inflow cannot be seen.' }, voorlopig: { nl: 'Voorlopig: er kunnen nog berichten komen over deze periode.', en: 'Provisional: messages about this period may still come.' }, 'cbs-open': { nl: 'De CBS-lezing is pas volledig als het volgende halfjaar voorbij is.', en: 'The CBS reading is complete only when the next half-year is over.' } }, health: { episodes: 8412, with_toewijzing: 8301, with_start: 7702, with_stop: 5120, with_declaration: 7986, ended: 5577, text_nl: 'Van de beëindigde zorg heeft 92% een stopbericht. De rest schat de hub.', text_en: 'Of the care that ended, 92% has a stop message. The hub estimates the rest.' } };
	}
	function parties(me) {
		seed = 5;
		const list = [...GEMEENTEN, ...AANBIEDERS].map(([code, name], i) => {
			const connected = code !== '98030333', days = { 98010111: 6, 98050555: 31 }[code] ?? 90 + i * 31;
			return { party: partyOf(code), name, codes: [code], gemeente: code.length === 4, connected, sessions: connected ? [{ peer: `10.1.${i}.20:5${1000 + i}`, software: SOFTWARE[code], since: iso(now - (i + 1) * 5 * HOUR), last_heard: iso(Date.now() - 4000), rtt_ms: 3 + i * 2.1, tls: 'TLSv1.3' }] : [], last_seen: iso(connected ? Date.now() - 4000 : Date.now() - 26 * HOUR), software: SOFTWARE[code], certificate_until: day(Date.now() + days * DAY), certificate_days: days, waiting: { 98030333: 23, 98020222: 7 }[code] ?? 0, given_up: code === '98030333' ? 2 : 0, held: state.holds.some((x) => x.code === code), messages_30d: 400 + among(3000), rejected_30d: among(90), refused_30d: among(30) };
		}).filter((x) => me.role !== 'partij' || x.codes.some((c) => me.codes.includes(c)));
		return { parties: state.empty ? [] : list, hub_certificate: { until: day(Date.now() + 212 * DAY), days: 212, subject: 'CN=hub.voorbeeld.nl, O=Gemeente Voorbeeld' }, ca: { until: day(Date.now() + 1400 * DAY), days: 1400 }, crl: { until: day(Date.now() + 12 * DAY), days: 12 } };
	}
	function conformance(q) {
		const list = groups({ ...q, party: q.party }).groups;
		const messages_ = 1840, rejected = 61, refused = 22;
		return { code: q.party, name: NAME.get(q.party) ?? null, software: [SOFTWARE[q.party]].filter(Boolean), since: q.since || day(now - 364 * DAY), until: q.until || day(now), messages: messages_, accepted: messages_ - rejected - refused, rejected, refused, share_accepted: (messages_ - rejected - refused) / messages_, by_type: TO_GEMEENTE.map((type, i) => ({ type, messages: 500 - i * 70, accepted: 480 - i * 70, rejected: 15, refused: 5 })), rules: list.map((g) => ({ rule: g.rule, text_nl: g.text_nl, text_en: g.text_en, messages: g.messages, share: g.messages / messages_ })), terms: { met: 212, late: 19, overdue: 3, median_days: 2 }, months: Array.from({ length: 12 }, (_, i) => ({ month: day(now - (11 - i) * 30.4 * DAY).slice(0, 7), messages: 150 + i, rejected: 3 + ((i * 5) % 7), refused: 1 + ((i * 3) % 4) })) };
	}
	function burden(q) {
		return { months: Array.from({ length: Number(q.months || 12) }, (_, i, n = Number(q.months || 12)) => ({ month: day(now - (n - 1 - i) * 30.4 * DAY).slice(0, 7), messages: 5200 + i * 80, rejected: 280 - i * 6, refused: 90 - i, corrections: 210 - i * 4, redeliveries: 30 + (i % 5), manual: 12 + (i % 3), clients: 1900 + i * 10, per_client: 2.74 - i * 0.01 })), notes_nl: 'Handwerk is wat beheerders op deze pagina deden; wat partijen zelf met de hand doen is hier niet te zien.', notes_en: 'Work by hand is what administrators did on this page; what parties do by hand cannot be seen here.' };
	}
	function admin() {
		return { maintenance: { on: state.hub === 'maintenance', text: state.text, since: state.since, who: 'beheer' }, holds: state.empty ? [] : state.holds, freezes: state.empty ? [] : [{ standard: 'ijw-3.2', from: '2027-03-27', until: '2027-04-01', origin: 'file', who: null }, { standard: 'ijw-3.3', from: '2027-04-01', until: '2027-04-05', origin: 'page', who: 'beheer' }], parked: messages.filter((m) => m.verdict === 'parked').map(slim), given_up: messages.filter((m) => m.delivery === 'given up').slice(0, 3).map((m) => ({ ...slim(m), reason: 'niet verbonden' })), keys: [{ id: '2026a', day: '2026-01-02', bodies: 18211, current: false }, { id: '2026b', day: '2026-07-01', bodies: 23662, current: true }], rotation: { busy: false, left: 0 }, retention: { bodies_days: 365, refused_days: 90 }, users: Object.values(USERS).map((u) => ({ user: u.user, name: u.name, role: u.role, codes: u.codes, last_login: iso(now - HOUR) })) };
	}
	return { state, messages, audit, visible, slim, overview, groups, find, detail, openEnds, due, flows, parties, conformance, burden, admin };
}

// ---- HTTP ----

export function serve(pageDir, port = 0) {
	const w = world(), { state } = w;
	const sessions = new Map();
	const streams = new Set();
	const done = { done: true, nl: 'Gedaan.', en: 'Done.' };
	const push = () => { for (const s of streams) s.res.write(`event: overview\ndata: ${JSON.stringify(w.overview(s.me, 24))}\n\n`); };

	const server = http.createServer(async (req, res) => {
		const url = new URL(req.url, 'http://mock');
		const q = Object.fromEntries(url.searchParams);
		const cookie = /session=(\w+)/.exec(req.headers.cookie ?? '')?.[1];
		const session = sessions.get(cookie);
		res.setHeader('Content-Security-Policy', CSP);
		res.setHeader('X-Content-Type-Options', 'nosniff');
		const json = (body, status = 200, headers = {}) => res.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
		const fail = (status, error, nl, en) => json({ error, nl, en }, status);
		const name = url.pathname === '/' ? 'index.html' : url.pathname.startsWith('/static/') ? path.basename(url.pathname) : null;
		if (name) {
			const file = path.join(pageDir, name);
			if (!fs.existsSync(file)) return res.writeHead(404).end();
			return res.writeHead(200, { 'Content-Type': TYPES[path.extname(name)] ?? 'application/octet-stream' }).end(fs.readFileSync(file));
		}
		let text = '';
		for await (const part of req) text += part;
		const body = text ? JSON.parse(text) : {};
		const route = url.pathname.replace(/^\/api\//, '');
		if (url.pathname === '/health') return json({ ok: true });
		if (url.pathname === '/mock') {
			Object.assign(state, body);
			push();
			return json(state);
		}
		if (route === 'login') {
			const user = USERS[body.user];
			if (!user || body.password !== 'demo') return fail(401, 'login', 'Gebruikersnaam of wachtwoord klopt niet.', 'User name or password is not right.');
			const id = hex(32), csrf = hex(32);
			sessions.set(id, { me: user, csrf });
			w.audit(user.user, 'login');
			return json({ ...user, csrf, version: '0.1.0', hub_name: 'Regio Voorbeeldland', now: iso(Date.now()), idle_minutes: 30 }, 200, { 'Set-Cookie': `session=${id}; HttpOnly; SameSite=Strict; Path=/` });
		}
		if (!session) return fail(401, 'login', 'U bent niet ingelogd.', 'You are not logged in.');
		const { me, csrf } = session;
		if (req.method === 'POST' && req.headers['x-csrf-token'] !== csrf) return fail(403, 'csrf', 'Laad de pagina opnieuw.', 'Load the page again.');
		if (route === 'me') return json({ ...me, csrf, version: '0.1.0', hub_name: 'Regio Voorbeeldland', now: iso(Date.now()), idle_minutes: 30 });
		if (route === 'logout') {
			sessions.delete(cookie);
			return json(done);
		}
		if (route === 'events' && state.quiet) return fail(503, 'busy', 'Druk.', 'Busy.');
		if (route === 'events') {
			res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
			const stream = { res, me };
			streams.add(stream);
			req.on('close', () => streams.delete(stream));
			res.write(`event: overview\ndata: ${JSON.stringify(w.overview(me, 24))}\n\n`);
			return;
		}
		if (state.fail && !['overview'].includes(route)) return fail(state.fail, state.fail === 502 ? 'hub' : 'busy', 'De hub antwoordt niet.', 'The hub does not answer.');
		if (['admin'].includes(route.split('/')[0]) && !me.can.includes('manage')) return fail(403, 'not-allowed', 'Dit mag u niet.', 'You may not do this.');
		if (route.startsWith('audit') && !me.can.includes('audit')) return fail(403, 'not-allowed', 'Dit mag u niet.', 'You may not do this.');
		if (q.format === 'csv') return res.writeHead(200, { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': `attachment; filename="${route}.csv"` }).end('a;b\r\n1;2\r\n');
		if (route === 'overview') return json(w.overview(me, Number(q.hours || 24)));
		if (route === 'errors') return json(w.groups(me.role === 'partij' ? { ...q, party: me.codes[0] } : q));
		if (route === 'errors/mail') {
			const r = RULES[q.rule];
			return json({ to_name: NAME.get(q.sender) ?? q.sender, subject_nl: `Fout ${q.rule} in berichten van ${q.sender}`, subject_en: `Error ${q.rule} in messages from ${q.sender}`, text_nl: `Beste collega,\n\nVan ${q.since} tot en met ${q.until} keurden wij berichten van u af op regel ${q.rule}:\n${r.nl}\n\nWat u kunt doen: ${r.todo_nl}\n\nHet gaat om deze berichten:\n- S26041873, JW305, 22 november 2026, regel 20, element ${r.element}\n- S26041702, JW307, 21 november 2026, regel 20, element ${r.element}\n\nMet vriendelijke groet,`, text_en: `Dear colleague,\n\nFrom ${q.since} up to ${q.until} we rejected messages of yours on rule ${q.rule}:\n${r.en}\n\nWhat you can do: ${r.todo_en}\n\nThese messages:\n- S26041873, JW305, 22 November 2026, line 20, element ${r.element}\n\nKind regards,` });
		}
		if (route === 'conformance') return q.format === 'html' ? res.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Verslag</title><h1>Verslag</h1>') : json(w.conformance(q));
		if (route === 'burden') return json(w.burden(q));
		if (route === 'messages') {
			const all = state.empty ? [] : w.find(me, q), limit = Number(q.limit || 50);
			return json({ messages: all.slice(0, limit).map(w.slim), more: all.length > limit });
		}
		const one = /^messages\/(\d+)(\/body)?$/.exec(route);
		if (one) {
			const m = w.messages.find((x) => x.id === Number(one[1]));
			if (!m || !w.visible(me, m)) return fail(404, 'unknown', 'Dit bericht bestaat niet, of het is niet van u.', 'This message does not exist, or is not yours.');
			if (!one[2]) return json(w.detail(me, m));
			if (!body.masked && (!me.can.includes('unmask') || (body.reason ?? '').length < 5)) return fail(me.can.includes('unmask') ? 400 : 403, 'bad-request', 'Geef een reden.', 'Give a reason.');
			w.audit(me.user, body.masked ? 'body-viewed-masked' : 'body-viewed', { message: m.id, reason: body.reason || null });
			return json({ text: body.masked ? masked(XML(m)) : XML(m), masked: body.masked, truncated: false });
		}
		if (route === 'clients') {
			w.audit(me.user, 'bsn-search', { reason: body.reason });
			return json({ client: 'c7'.padEnd(32, 'a') });
		}
		if (route === 'rules') return json({ rules: Object.entries(RULES).map(([id, r]) => ({ id, level: 'bericht', types: r.types, retourcode: r.retourcode, text_nl: r.nl, text_en: r.en })) });
		if (route === 'due') return json(w.due(q));
		if (route === 'open-ends') return json(w.openEnds(q));
		if (route === 'flows') return json(w.flows(q));
		if (route === 'parties') return json(w.parties(me));
		if (/^parties\/[^/]+\/test$/.test(route)) return json(route.includes('0333') ? { ok: false, nl: ['Er is geen verbinding.', 'Laatst gezien gisteren om 8.12 uur; toen verbrak de partij zelf.', 'Het certificaat is nog 400 dagen geldig.'], en: ['There is no connection.', 'Last seen yesterday at 8:12; the party closed it.', 'The certificate is valid for 400 days.'], rtt_ms: null } : { ok: true, nl: ['De partij is verbonden met 1 sessie.', 'Antwoordt binnen 12 ms.'], en: ['The party is connected with 1 session.', 'Answers within 12 ms.'], rtt_ms: 12.3 });
		if (route === 'admin') return json(w.admin());
		if (route.startsWith('admin/')) {
			const what = route.slice(6);
			if (what === 'maintenance') Object.assign(state, { hub: body.on ? 'maintenance' : 'up', text: body.text ?? '', since: iso(Date.now()) });
			if (what === 'hold') state.holds.push({ code: body.code, name: NAME.get(body.code) ?? null, since: iso(Date.now()), who: me.user, reason: body.reason, waiting: 0 });
			if (what === 'resume') state.holds = state.holds.filter((x) => x.code !== body.code);
			w.audit(me.user, what, { reason: body.reason, message: body.id ?? null, detail: body.code ?? body.standard ?? null });
			push();
			return json(done);
		}
		if (route === 'audit') {
			const list = state.audit.filter((x) => (!q.event || x.event === q.event) && (!q.who || x.who === q.who) && (!q.message || String(x.message) === q.message));
			return json({ entries: state.empty ? [] : list.slice(0, 100), more: list.length > 100 });
		}
		if (route === 'audit/verify') return json({ ok: true, entries: state.audit.length, head: hex(64), nl: 'Alle regels zijn nagerekend.', en: 'All entries were recomputed.' });
		return fail(404, 'unknown', 'Dit bestaat niet.', 'This does not exist.');
	});
	const timer = setInterval(push, 2000);
	return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}`, state, close: () => { clearInterval(timer); for (const s of streams) s.res.end(); server.closeAllConnections(); server.close(); } })));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
	const { url } = await serve(process.argv[2] ?? 'build/page', Number(process.argv[3] ?? 8087));
	console.log(`mock dashboard on ${url}`);
}
