// One message: what became of it, what is wrong with it, and how to say so on the phone.
import { get, post } from './api.js';
import { h, replace } from './dom.js';
import { bytes, moment, num } from './format.js';
import { said, t } from './i18n.js';
import { deliveryBadge, lastSearch, typeName } from './berichten.js';
import { table } from './table.js';
import { a, alertBox, ask, button, copyText, empty, errorBox, facts, heading, icon, loader, note, p, section, toast, verdictBadge } from './ui.js';

const party = (name, code) => (name ? `${name} (${code})` : code || '–');

function headline(m) {
	const kind = { accepted: 'ok', rejected: 'warning', refused: 'error', parked: 'info' }[m.verdict] ?? 'info';
	const box = alertBox(kind, t(`verdict.${m.verdict ?? 'none'}.title`), t(`verdict.${m.verdict ?? 'none'}.means`));
	box.removeAttribute('role');
	return box;
}

function timeline(list) {
	if (!list.length) return empty(t('timeline.none'));
	return h('ol', { class: 'timeline' }, list.map((e) => h('li', null, h('span', { class: 'timeline-when' }, moment(e.moment, true)), h('span', { class: 'timeline-what' }, said(e, '') ?? e.event, e.message ? [' ', a(`#/berichten/${e.message}`, t('message.nr', { id: e.message }))] : null))));
}

function finding(f, i, toLine) {
	return h('li', { class: 'finding' },
		heading(3, [`${i + 1}. `, said(f, '')]),
		h('p', { class: 'todo' }, h('strong', null, t('finding.todo')), ' ', said(f, 'todo') ?? t('group.todo.none')),
		f.excerpt ? h('figure', { class: 'excerpt' }, h('figcaption', null, t('finding.excerpt')), h('pre', { tabindex: '0', role: 'group', 'aria-label': t('finding.excerpt') }, f.excerpt)) : null,
		facts([t('rule'), h('a', { class: 'utrecht-link utrecht-link--html-a', href: `#/fouten?rule=${encodeURIComponent(f.rule)}` }, f.rule)], [t('retourcode'), f.retourcode], [t('finding.element'), f.element], [t('finding.place'), f.line ? [t('finding.line', { line: f.line, column: f.column ?? 1 }), ' ', button('subtle', t('finding.show'), () => toLine(f.line), { class: 'small-button' })] : null], [t('finding.path'), f.path ? h('code', { class: 'path' }, f.path) : null]));
}

function related(list) {
	return table({
		caption: t('related'), rows: list, none: t('related.none'), columns: [
			{ key: 'id', title: t('message'), head: true, cell: (x) => a(`#/berichten/${x.id}`, t('nr', { id: x.id })) },
			{ key: 'relation', title: t('related.how'), cell: (x) => t(`relation.${x.relation}`) },
			{ key: 'type', title: t('type'), cell: (x) => [x.type, h('span', { class: 'sub' }, typeName(x.type))] },
			{ key: 'received', title: t('received'), cell: (x) => moment(x.received) },
			{ key: 'verdict', title: t('outcome'), cell: (x) => verdictBadge(x.verdict) }
		]
	});
}

// The message itself, line by line; lines with a finding are marked and told.
function lines(text, findings) {
	const at = new Map();
	findings.forEach((f, i) => { if (f.line) at.set(f.line, [...(at.get(f.line) ?? []), i + 1]); });
	return h('ol', { class: 'source', tabindex: '0', 'aria-label': t('body.lines') }, text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n').map((line, i) => h('li', { id: `line-${i + 1}`, class: at.has(i + 1) ? 'marked' : null },
		h('code', null, line || ' '), at.has(i + 1) ? h('span', { class: 'line-mark' }, icon('triangle'), t('body.finding', { n: at.get(i + 1).join(', ') })) : null)));
}

function body(m, can) {
	const box = h('div', null);
	const view = h('div', null);
	let shown = null;
	async function load(masked, reason) {
		const answer = await post(`messages/${m.id}/body`, { masked, reason: reason ?? '' });
		shown = masked ? 'masked' : 'plain';
		replace(view, answer.masked ? note(t('body.masked')) : alertBox('warning', null, t('body.plain')), answer.truncated ? note(t('body.truncated')) : null, lines(answer.text, m.findings));
		draw();
	}
	const masked = () => load(true).catch((e) => replace(view, errorBox(e, masked)));
	function unmask() {
		ask({ title: t('unmask.title'), text: t('unmask.text'), action: t('unmask.action'), act: async (v) => { await load(false, v.reason); toast(t('unmask.done')); } });
	}
	function draw() {
		if (m.body === 'deleted') return replace(box, empty(t('body.deleted')));
		replace(box, h('div', { class: 'utrecht-button-group' }, shown === 'masked' ? null : button('secondary', shown === 'plain' ? t('body.mask') : t('body.show'), masked), can('unmask') && shown !== 'plain' ? button('secondary', t('body.unmask'), unmask, { 'aria-haspopup': 'dialog' }) : null,
			shown ? button('subtle', t('body.hide'), () => { shown = null; replace(view); draw(); }) : null), view);
	}
	draw();
	box.toLine = async (line) => {
		if (!shown) await masked();
		const target = view.querySelector(`#line-${line}`);
		if (!target) return view.scrollIntoView();
		target.setAttribute('tabindex', '-1');
		target.scrollIntoView({ block: 'center' });
		target.focus({ preventScroll: true });
	};
	return box;
}

function actions(m, can, again) {
	if (!can('manage')) return null;
	const done = (answer) => { toast(said(answer, '') ?? t('done')); again(); };
	const list = [];
	if (m.delivery === 'given up') list.push(button('primary', t('admin.retry'), () => ask({ title: t('admin.retry.title', { id: m.id }), text: t('admin.retry.text'), action: t('admin.retry'), act: async (v) => done(await post('admin/retry', { id: m.id, reason: v.reason })) }), { 'aria-haspopup': 'dialog' }));
	if (m.verdict === 'accepted' && (m.delivered || m.confirmed)) list.push(button('secondary', t('admin.replay'), () => ask({ title: t('admin.replay.title', { id: m.id }), text: t('admin.replay.text'), action: t('admin.replay'), act: async (v) => done(await post('admin/replay', { id: m.id, reason: v.reason })) }), { 'aria-haspopup': 'dialog' }));
	return list.length ? h('div', { class: 'utrecht-button-group' }, list) : null;
}

export function page({ args, can, title }) {
	const id = args[0];
	const box = h('div', null);
	const head = heading(1, t('message.nr', { id }), { tabindex: '-1' });
	const run = loader(box, () => get(`messages/${encodeURIComponent(id)}`), (m) => {
		const name = m.type ? `${m.type} ${typeName(m.type) ?? ''}`.trim() : t('type.unknown');
		replace(head, `${name}, ${t('nr', { id: m.id })}`);
		title(head.textContent);
		const source = body(m, can);
		const out = m.outbox;
		return [
			h('p', { class: 'lead' }, t('message.lead', { sender: party(m.sender_name, m.sender), receiver: party(m.receiver_name, m.receiver), identification: m.identification || '–' })),
			headline(m),
			h('div', { class: 'split split-detail' },
				h('div', null,
					section(t('findings', { n: m.findings.length }), m.findings.length ? h('ol', { class: 'findings' }, m.findings.map((f, i) => finding(f, i, source.toLine))) : empty(t('findings.none')), m.findings.length ? p(a(`#/fouten?${new URLSearchParams({ rule: m.findings[0].rule, party: m.sender ?? '' })}`, t('findings.same'))) : null),
					section(t('phone.title'), note(t('phone.note')), copyText(said(m, 'explain') ?? '', t('phone.title')))),
				h('div', null,
					section(t('message.facts'), facts([t('received'), moment(m.received)], [t('outcome'), verdictBadge(m.verdict)], [t('delivery'), deliveryBadge(m)], [t('delivered'), m.delivered ? moment(m.delivered) : null], [t('confirmed'), m.confirmed ? moment(m.confirmed) : null], [t('attempts'), m.attempts ? num(m.attempts) : null],
						[t('outbox.next'), out?.next ? moment(out.next) : null], [t('outbox.reason'), out?.reason], [t('outbox.failures'), out?.failures ? num(out.failures) : null],
						[t('sender'), party(m.sender_name, m.sender)], [t('receiver'), party(m.receiver_name, m.receiver)], [t('message.party'), m.party ? a(`#/partijen?party=${encodeURIComponent(m.party)}`, m.party_name ?? m.party) : null], [t('identification'), m.identification], [t('code'), m.code], [t('reference'), m.reference], [t('size'), bytes(m.size)], [t('sha'), h('code', { class: 'path' }, m.sha256)]), actions(m, can, run)),
					section(t('timeline'), timeline(m.timeline)))),
			section(t('related'), related(m.related)),
			section(t('body'), note(t('body.note')), source)
		];
	});
	run();
	return { title: t('message.nr', { id }), node: [h('p', { class: 'crumb' }, a(lastSearch, t('nav.berichten'))), head, box] };
}
