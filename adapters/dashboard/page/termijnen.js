// Who owes whom an answer: what is too late, and what falls due.
import { get, link } from './api.js';
import { h } from './dom.js';
import { day, num } from './format.js';
import { said, t } from './i18n.js';
import { table } from './table.js';
import { a, announce, badge, download, filterForm, heading, loader, note, section } from './ui.js';

export function lateBadge(row) {
	if (row.late > 0) return badge('danger', t('due.late', { n: num(row.late) }), 'octagon');
	if (row.late === 0) return badge('warning', t('due.today'), 'clock');
	return badge('neutral', t('due.in', { n: -row.late }), 'clock');
}
const who = (name, code) => [name ?? code, name ? h('span', { class: 'code' }, code) : null];

export function page({ query, go, can }) {
	const box = h('div', null);
	const ahead = (q) => q.ahead ?? '5';
	const run = loader(box, (q) => get('due', { ahead: ahead(q), party: q.party, format: 'json' }), (answer, q) => {
		const late = answer.rows.filter((r) => r.late > 0).length;
		announce(t('due.count', { n: answer.rows.length, late }));
		return [
			section(t('due.debtors'), table({
				caption: t('due.debtors'), rows: answer.by_debtor, none: t('due.none'), sorted: ['overdue', 'descending'], columns: [
					{ key: 'name', title: t('due.debtor'), head: true, sort: (x) => x.name ?? x.code, cell: (x) => [a(`#/termijnen?${new URLSearchParams({ party: x.code, ahead: ahead(q) })}`, x.name ?? x.code), x.name ? h('span', { class: 'code' }, x.code) : null] },
					{ key: 'overdue', title: t('due.overdue'), num: true, sort: (x) => x.overdue, cell: (x) => num(x.overdue) },
					{ key: 'due_soon', title: t('due.soon'), num: true, sort: (x) => x.due_soon, cell: (x) => num(x.due_soon) },
					{ key: 'worst', title: t('due.worst'), num: true, sort: (x) => x.worst, cell: (x) => (x.worst > 0 ? t('days', { n: num(x.worst) }) : '–') }
				]
			})),
			section(t('due.rows'), h('p', { class: 'count-line' }, t('due.count', { n: answer.rows.length, late })), table({
				caption: t('due.rows'), rows: answer.rows, none: t('due.none'), sorted: ['due', 'ascending'], columns: [
					{ key: 'debtor', title: t('due.debtor'), head: true, sort: (r) => r.debtor_name ?? r.debtor, cell: (r) => who(r.debtor_name, r.debtor) },
					{ key: 'kind', title: t('due.what'), sort: (r) => said(r, 'kind'), cell: (r) => said(r, 'kind') },
					{ key: 'creditor', title: t('due.creditor'), sort: (r) => r.creditor_name ?? r.creditor, cell: (r) => who(r.creditor_name, r.creditor) },
					{ key: 'late', title: t('due.state'), sort: (r) => r.late, cell: lateBadge },
					{ key: 'due', title: t('due.due'), sort: (r) => r.due, cell: (r) => day(r.due) },
					{ key: 'since', title: t('due.since'), sort: (r) => r.since, cell: (r) => day(r.since) },
					{ key: 'about', title: t('due.about'), class: 'mono', cell: (r) => (r.message ? a(`#/berichten/${r.message}`, r.about || t('nr', { id: r.message })) : r.about || '–') }
				]
			}), answer.more ? note(t('due.more')) : null, can('export') ? h('p', { class: 'downloads' }, download(link('due', { ahead: ahead(q), party: q.party, format: 'csv' }), t('csv'))) : null)
		];
	});
	const form = filterForm([{ name: 'party', label: t('party.code') }, { name: 'ahead', label: t('due.ahead'), kind: 'select', options: [['5', t('due.ahead.days', { n: 5 })], ['0', t('due.ahead.0')], ['10', t('due.ahead.days', { n: 10 })], ['30', t('due.ahead.days', { n: 30 })]] }], query, (v) => go('termijnen', v), { label: t('due.filter') });
	run(query);
	return {
		title: t('nav.termijnen'), node: [heading(1, t('nav.termijnen')), note(t('due.intro')), form, box],
		update(q) { form.set(q); run(q); }
	};
}
