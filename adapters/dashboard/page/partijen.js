// Who takes part: connected or not, with which software, until when trusted.
import { get, post } from './api.js';
import { h, replace } from './dom.js';
import { day, millis, moment, num } from './format.js';
import { said, t } from './i18n.js';
import { table } from './table.js';
import { a, alertBox, badge, button, dialog, errorBox, facts, field, heading, loader, loading, note, section } from './ui.js';

export function certificateBadge(days) {
	if (days === null || days === undefined) return badge('inactive', t('certificate.unknown'), 'info');
	if (days < 0) return badge('danger', t('certificate.over', { n: -days }), 'octagon');
	if (days <= 14) return badge('danger', t('certificate.days', { n: days }), 'octagon');
	if (days <= 45) return badge('warning', t('certificate.days', { n: days }), 'triangle');
	return badge('safe', t('certificate.days', { n: days }), 'check');
}
const codes = (x) => x.codes.map((c) => (typeof c === 'string' ? c : c.code));

function test(x) {
	const box = h('div', { 'aria-live': 'polite' }, loading());
	dialog(t('test.title', { name: x.name ?? x.party }), box);
	post(`parties/${encodeURIComponent(x.party)}/test`, {}).then((r) => replace(box,
		alertBox(r.ok ? 'ok' : 'warning', r.ok ? t('test.ok') : t('test.not'), null), h('ul', { class: 'utrecht-unordered-list' }, (said(r, '') ?? []).map((line) => h('li', null, line))), facts([t('test.rtt'), r.rtt_ms === null ? null : millis(r.rtt_ms)]))).catch((e) => replace(box, errorBox(e)));
}
function detail(x, can) {
	const code = codes(x)[0] ?? '';
	dialog(x.name ?? x.party, [
		facts([t('parties.id'), x.party], [t('parties.codes'), codes(x).join(', ')], [t('parties.kind'), x.gemeente ? t('gemeente') : t('aanbieder')], [t('connected'), x.connected ? badge('safe', t('connected.yes'), 'check') : badge('danger', t('connected.no'), 'stop')], [t('parties.seen'), moment(x.last_seen)], [t('software'), x.software || t('software.unknown')], [t('certificate.until'), [day(x.certificate_until), ' ', certificateBadge(x.certificate_days)]], [t('waiting'), num(x.waiting)], [t('given_up'), num(x.given_up)], [t('held'), x.held ? t('yes') : t('no')]),
		heading(3, t('parties.sessions')), table({
			caption: t('parties.sessions'), rows: x.sessions ?? [], none: t('parties.sessions.none'), dense: true, columns: [
				{ key: 'peer', title: t('parties.peer'), head: true, cell: (r) => r.peer }, { key: 'software', title: t('software'), cell: (r) => r.software || '–' }, { key: 'since', title: t('since.head'), cell: (r) => moment(r.since) },
				{ key: 'heard', title: t('parties.heard'), cell: (r) => moment(r.last_heard) }, { key: 'rtt', title: t('test.rtt'), num: true, cell: (r) => millis(r.rtt_ms) }, { key: 'tls', title: 'TLS', cell: (r) => r.tls || '–' }
			]
		}),
		h('p', { class: 'downloads' }, a(`#/berichten?party=${encodeURIComponent(code)}`, t('parties.messages')), a(`#/fouten?party=${encodeURIComponent(code)}`, t('parties.faults')), a(`#/fouten/verslag?party=${encodeURIComponent(code)}`, t('parties.report')), a(`#/termijnen?party=${encodeURIComponent(code)}`, t('parties.due'))),
		can('manage') ? button('secondary', t('test'), () => test(x), { 'aria-haspopup': 'dialog' }) : null
	], { wide: true });
}

export function page({ query, can }) {
	const box = h('div', null);
	let list = null, opened = null;
	const wanted = { text: '', state: '' };
	function rows() {
		const text = wanted.text.toLowerCase();
		return list.filter((x) => (!text || [x.party, x.name, x.software, ...codes(x)].some((v) => v?.toLowerCase().includes(text))) &&
			({ '': true, off: !x.connected, certificate: x.certificate_days !== null && x.certificate_days <= 45, queue: x.waiting > 0, given_up: x.given_up > 0 }[wanted.state]));
	}
	const content = h('div', { class: 'results' });
	const draw = () => replace(content, h('p', { class: 'count-line', role: 'status' }, t('parties.count', { n: rows().length, all: list.length, on: list.filter((x) => x.connected).length })), table({
		caption: t('nav.partijen'), rows: rows(), none: t('parties.none'), columns: [
			{ key: 'name', title: t('party'), head: true, class: 'medium', sort: (x) => x.name ?? x.party, cell: (x) => [button('link', x.name ?? x.party, () => detail(x, can), { class: 'row-button', 'aria-haspopup': 'dialog' }), h('span', { class: 'sub' }, [codes(x).join(', '), x.software || t('software.unknown')].join(' · '))] },
			{ key: 'connected', title: t('connected'), sort: (x) => Number(x.connected), cell: (x) => [x.connected ? badge('safe', t('connected.yes'), 'check') : badge('danger', t('connected.no'), 'stop'), x.held ? badge('warning', t('held'), 'pause') : null, x.connected ? null : h('span', { class: 'sub' }, x.last_seen ? [t('parties.last'), ' ', moment(x.last_seen)] : t('parties.never'))] },
			{ key: 'certificate', title: t('certificate'), sort: (x) => x.certificate_days, cell: (x) => [certificateBadge(x.certificate_days), h('span', { class: 'sub' }, day(x.certificate_until))] },
			{ key: 'waiting', title: t('waiting'), num: true, sort: (x) => x.waiting, cell: (x) => [num(x.waiting), x.given_up ? h('span', { class: 'sub' }, t('parties.given_up', { n: num(x.given_up) })) : null] },
			{ key: 'messages', title: t('parties.30'), num: true, sort: (x) => x.messages_30d, cell: (x) => [num(x.messages_30d), h('span', { class: 'sub' }, t('parties.faulty', { rejected: num(x.rejected_30d), refused: num(x.refused_30d) }))] },
			can('manage') ? { key: 'test', title: t('test'), hideTitle: true, cell: (x) => button('secondary', [t('test.short'), h('span', { class: 'sr-only' }, ` ${t('test.whom', { name: x.name ?? x.party })}`)], () => test(x), { class: 'small-button', 'aria-haspopup': 'dialog' }) } : null
		].filter(Boolean)
	}));
	const search = field({ name: 'text', label: t('parties.search') });
	const state = field({ name: 'state', label: t('parties.state'), kind: 'select', options: ['', 'off', 'certificate', 'queue', 'given_up'].map((x) => [x, t(`parties.state.${x || 'all'}`)]) });
	search.querySelector('input').addEventListener('input', (e) => { wanted.text = e.target.value.trim(); draw(); });
	state.querySelector('select').addEventListener('change', (e) => { wanted.state = e.target.value; draw(); });
	const run = loader(box, () => get('parties'), (answer) => {
		list = answer.parties;
		draw();
		const c = answer.hub_certificate;
		if (query.party && opened !== query.party) {
			opened = query.party;
			const one = list.find((x) => x.party === query.party || codes(x).includes(query.party));
			if (one) setTimeout(() => detail(one, can));
		}
		return [
			h('form', { class: 'filter', role: 'search', 'aria-label': t('parties.filter'), onsubmit: (e) => e.preventDefault() }, h('div', { class: 'fields' }, search, state)), content,
			section(t('certificates.hub'), facts([t('certificate.hub'), c ? [day(c.until), ' ', certificateBadge(c.days), c.subject ? h('span', { class: 'sub' }, c.subject) : null] : null], [t('certificate.ca'), answer.ca ? [day(answer.ca.until), ' ', certificateBadge(answer.ca.days)] : null], [t('certificate.crl'), answer.crl ? [day(answer.crl.until), ' ', certificateBadge(answer.crl.days)] : null]), note(t('certificates.note')))
		];
	});
	run();
	return { title: t('nav.partijen'), node: [heading(1, t('nav.partijen')), box], update(q) { query = q; opened = null; run(); } };
}
