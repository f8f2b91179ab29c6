// Finding a message by anything that is known of it, in any combination.
import { get, post } from './api.js';
import { h, replace } from './dom.js';
import { isoToLocal, localToIso, moment, num } from './format.js';
import { t } from './i18n.js';
import { suggestRules } from './rules.js';
import { table } from './table.js';
import { a, announce, ask, badge, button, filterForm, heading, loader, note, toast, verdictBadge } from './ui.js';

export const TYPES = ['JW301', 'JW302', 'JW305', 'JW306', 'JW307', 'JW308', 'JW315', 'JW316', 'JW317', 'JW318', 'JW319', 'JW320', 'JW323', 'JW325'];
// Where a message's page leads back to.
export let lastSearch = '#/berichten';
export const typeName = (type) => (TYPES.includes(type) ? t(`type.${type}`) : null);

export function deliveryBadge(m) {
	if (m.verdict !== 'accepted' && !m.delivery) return null;
	if (m.confirmed) return badge('safe', t('delivery.confirmed'), 'check');
	if (m.delivery === 'given up') return badge('danger', t('delivery.given_up'), 'octagon');
	if (m.delivery === 'sent') return badge('neutral', t('delivery.sent'), 'right');
	if (m.delivery === 'waits') return badge('warning', t('delivery.waits'), 'clock');
	if (m.delivered) return badge('neutral', t('delivery.delivered'), 'check');
	return null;
}
const who = (name, code) => (name ? [name, h('span', { class: 'code' }, code)] : code ?? '–');

export function messageTable(rows, { caption, none, extra = [] } = {}) {
	return table({
		caption: caption ?? t('messages'), rows, none: none ?? t('search.none'), columns: [
			{ key: 'id', title: t('message'), head: true, class: 'nowrap', cell: (m) => [a(`#/berichten/${m.id}`, t('nr', { id: m.id })), h('span', { class: 'sub' }, moment(m.received))] },
			{ key: 'type', title: t('type'), class: 'medium', cell: (m) => [m.type || t('type.unknown'), h('span', { class: 'sub' }, typeName(m.type))] },
			{ key: 'sender', title: t('sender'), class: 'medium', cell: (m) => who(m.sender_name, m.sender) },
			{ key: 'receiver', title: t('receiver'), class: 'medium', cell: (m) => who(m.receiver_name, m.receiver) },
			{ key: 'identification', title: t('identification'), class: 'mono', cell: (m) => m.identification || '–' },
			{ key: 'verdict', title: t('outcome'), cell: (m) => [verdictBadge(m.verdict), (m.rules ?? []).length || m.code ? h('span', { class: 'sub' }, [...new Set([m.code, ...(m.rules ?? [])])].filter(Boolean).join(', ')) : null] },
			{ key: 'delivery', title: t('delivery'), cell: (m) => deliveryBadge(m) ?? '–' },
			...extra
		]
	});
}

// The address holds Dutch clock time; the server is asked in UTC.
function asked(q) {
	const { n: _, back: __, ...rest } = q;
	const iso = (v) => (v && v.endsWith('Z') ? v : localToIso(v));
	return { ...rest, since: iso(q.since), until: iso(q.until), limit: 50 };
}
function shownValues(q) {
	const local = (v) => (v && v.endsWith('Z') ? isoToLocal(v) : v);
	return { ...q, since: local(q.since), until: local(q.until) };
}

export function page({ query, go }) {
	const any = [['', t('any')]];
	const fields = [
		{ name: 'identification', label: t('identification'), hint: t('search.identification.hint') },
		{ name: 'id', label: t('search.id'), inputmode: 'numeric' },
		{ name: 'party', label: t('search.party'), hint: t('search.party.hint') },
		{ name: 'type', label: t('type'), kind: 'select', options: [...any, ...TYPES.map((x) => [x, `${x} ${typeName(x)}`])] },
		{ name: 'verdict', label: t('outcome'), kind: 'select', options: [...any, ...['accepted', 'rejected', 'refused', 'parked'].map((v) => [v, t(`verdict.${v}`)])] },
		{ name: 'rule', label: t('rule'), hint: t('search.rule.hint') },
		{ name: 'since', label: t('search.since'), kind: 'datetime-local' }, { name: 'until', label: t('search.until'), kind: 'datetime-local' },
		{ name: 'sender', label: t('sender.code') }, { name: 'receiver', label: t('receiver.code') },
		{ name: 'code', label: t('search.code'), hint: t('search.code.hint') }, { name: 'nummer', label: t('nummer'), inputmode: 'numeric' },
		{ name: 'undelivered', label: t('search.undelivered'), kind: 'check' }, { name: 'given_up', label: t('search.given_up'), kind: 'check' },
		{ name: 'client', label: t('search.client'), hint: t('search.client.hint'), wide: true }
	];
	const more = ['sender', 'receiver', 'code', 'nummer', 'undelivered', 'given_up', 'client'];
	let now = query;
	const box = h('div', { class: 'results' });

	function pager(answer, q) {
		const last = answer.messages[answer.messages.length - 1];
		if (!answer.more && !q.before) return null;
		return h('nav', { class: 'pager', 'aria-label': t('pager') }, q.before ? a(`#/berichten?${new URLSearchParams(Object.entries(q).filter(([k, v]) => k !== 'before' && v))}`, t('pager.first')) : null,
			answer.more && last ? a(`#/berichten?${new URLSearchParams({ ...Object.fromEntries(Object.entries(q).filter(([, v]) => v)), before: last.id })}`, t('pager.older')) : null);
	}
	const run = loader(box, (q) => get('messages', asked(q)), (answer, q) => {
		const text = t('search.count', { n: num(answer.messages.length), more: answer.more, one: answer.messages.length === 1 });
		announce(text);
		return [h('p', { class: 'count-line' }, text), messageTable(answer.messages, { caption: t('search.caption') }), pager(answer, q)];
	});
	function byBsn() {
		ask({
			title: t('bsn.title'), text: t('bsn.text'), action: t('bsn.action'),
			specs: [{ name: 'bsn', label: t('bsn'), inputmode: 'numeric', required: true, maxlength: 11 }],
			check: (v) => (v.bsn && !/^\d{8,9}$/.test(v.bsn.replace(/[ .]/g, '')) ? [['bsn', t('bsn.wrong')]] : []),
			async act(v) {
				const { client } = await post('clients', { bsn: v.bsn.replace(/[ .]/g, ''), reason: v.reason });
				for (const field of document.querySelectorAll('dialog [name=bsn]')) field.value = '';
				go('berichten', { client });
				toast(t('bsn.done'));
			}
		});
	}
	const form = filterForm(fields, shownValues(query), (values) => go('berichten', values), { label: t('search.label'), more, submit: t('search'), extra: button('secondary', t('bsn.open'), byBsn, { 'aria-haspopup': 'dialog' }) });
	suggestRules(form);
	const about = h('div', null);
	const show = (q) => {
		now = q;
		lastSearch = location.hash.startsWith('#/berichten') ? location.hash : '#/berichten';
		replace(about, q.client ? note(t('search.client.on')) : null);
		run(now);
	};
	show(query);
	return {
		title: t('nav.berichten'), node: [heading(1, t('nav.berichten')), form, about, box],
		update(q) { form.set(shownValues(q)); show(q); }
	};
}
