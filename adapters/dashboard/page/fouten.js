// Faults: which counterparty makes which error.  What the standard rejects and
// what never came in are two things, with two different people to call.
import { get, link } from './api.js';
import { chart, figures } from './chart.js';
import { h, replace } from './dom.js';
import { addDays, day, dec, moment, monthText, num, percent, today } from './format.js';
import { said, t } from './i18n.js';
import { suggestRules } from './rules.js';
import { table } from './table.js';
import { a, alertBox, announce, badge, bar, button, change, copyText, dialog, download, empty, errorBox, facts, filterForm, heading, loader, loading, note, p, section, sparkline, tabs, tile, verdictBadge } from './ui.js';

const views = (me, current) => tabs(t('faults.views'), [
	['#/fouten', t('faults.view.groups'), current === 'groups'], ['#/fouten/verslag', t('faults.view.report'), current === 'verslag'], ['#/fouten/last', t('faults.view.burden'), current === 'last']
]);

// ---- groups of the same fault ----

function messagesOf(g, range) {
	return `#/berichten?${new URLSearchParams({ rule: g.rule, sender: g.sender ?? '', verdict: g.verdict, since: `${range.since}T00:00`, until: `${addDays(range.until, 1)}T00:00` })}`;
}

async function mailText(box, g, range) {
	replace(box, loading());
	try {
		const m = await get('errors/mail', { rule: g.rule, sender: g.sender, software: g.software, since: range.since, until: range.until });
		const text = `${t('mail.subject')}: ${said(m, 'subject')}\n\n${said(m, 'text')}`;
		replace(box, p(t('mail.to', { name: m.to_name ?? g.sender_name ?? g.sender })), copyText(text, t('mail.title')));
	} catch (e) {
		replace(box, errorBox(e, () => mailText(box, g, range)));
	}
}

function explainGroup(g, range) {
	const mail = h('div', null);
	dialog(t('group.title', { rule: g.rule }), [
		h('p', { class: 'lead' }, said(g, 'text')),
		alertBox(g.verdict === 'refused' ? 'error' : g.verdict === 'rejected' ? 'warning' : 'info', t(`verdict.${g.verdict}.title`), t(`verdict.${g.verdict}.means`)),
		heading(3, t('group.todo')), p(said(g, 'todo') ?? t('group.todo.none')),
		facts([t('sender'), g.sender_name ? `${g.sender_name} (${g.sender})` : g.sender], [t('software'), g.software || t('software.unknown')], [t('retourcode'), g.retourcode], [t('messages'), num(g.messages)], [t('group.last'), g.last_id ? a(`#/berichten/${g.last_id}`, t('message.nr', { id: g.last_id })) : null]),
		p(a(messagesOf(g, range), t('group.messages', { n: num(g.messages) }))),
		heading(3, t('mail.title')), mail
	], { wide: true });
	mailText(mail, g, range);
}

function groupTable(answer) {
	const range = { since: answer.since, until: answer.until };
	return [
		h('p', { class: 'count-line' }, t('group.count', { groups: num(answer.groups.length), messages: num(answer.total_messages) })),
		table({
			caption: t('group.caption'), rows: answer.groups, none: t('group.none'), sorted: ['messages', 'descending'], columns: [
				{ key: 'rule', title: t('group.what'), head: true, class: 'wide', sort: (g) => g.rule, cell: (g) => button('link', [h('strong', null, g.rule), ' ', h('span', null, said(g, 'text'))], () => explainGroup(g, range), { class: 'row-button row-button-quiet', 'aria-haspopup': 'dialog' }) },
				{ key: 'verdict', title: t('outcome'), sort: (g) => g.verdict, cell: (g) => (g.verdict === 'accepted' ? badge('neutral', t('faults.kind.accepted'), 'info') : verdictBadge(g.verdict)) },
				{ key: 'sender', title: t('group.who'), class: 'medium', sort: (g) => g.sender_name ?? g.sender, cell: (g) => [g.sender_name ?? g.sender ?? t('sender.unknown'), h('span', { class: 'sub' }, [g.sender_name ? g.sender : null, g.software || t('software.unknown')].filter(Boolean).join(' · '))] },
				{ key: 'messages', title: t('messages'), num: true, sort: (g) => g.messages, cell: (g) => [a(messagesOf(g, range), num(g.messages)), h('span', { class: 'sub' }, t('group.last.on'), ' ', moment(g.last))] },
				{ key: 'trend', title: t('trend'), sort: (g) => g.change, cell: (g) => h('span', { class: 'trend' }, sparkline(g.trend, answer.days), change(g.change)) }
			]
		}),
		answer.more ? note(t('list.more')) : null
	];
}

function groups({ me, query, go }) {
	const fields = [
		{ name: 'since', label: t('since.day'), kind: 'date' }, { name: 'until', label: t('until.day'), kind: 'date' },
		{ name: 'party', label: t('party'), hint: null }, { name: 'rule', label: t('rule') },
		{ name: 'q', label: t('faults.q') }, { name: 'software', label: t('software') }
	];
	const complete = (q) => ({ since: addDays(today(), -29), until: today(), ...q });
	let now = query;
	const kinds = h('div', null);
	const explain = h('div', null);
	const box = h('div', null);
	const run = loader(box, (q) => get('errors', complete(q)), (answer) => {
		announce(t('group.count', { groups: num(answer.groups.length), messages: num(answer.total_messages) }));
		return groupTable(answer);
	});
	const form = filterForm(fields, complete(query), (values) => {
		if (values.since && values.until && values.since > values.until) [values.since, values.until] = [values.until, values.since];
		go('fouten', { ...values, verdict: Object.keys(values).length ? now.verdict : '' });
	}, { label: t('faults.filter'), more: ['q', 'software'] });
	suggestRules(form);
	const show = (q) => {
		now = q;
		const to = (verdict) => `#/fouten?${new URLSearchParams(Object.entries({ ...q, verdict }).filter(([, v]) => v))}`;
		replace(kinds, tabs(t('faults.kinds'), [[to(''), t('faults.kind.all'), !q.verdict], [to('rejected'), t('faults.kind.rejected'), q.verdict === 'rejected'], [to('refused'), t('faults.kind.refused'), q.verdict === 'refused'], [to('accepted'), t('faults.kind.accepted'), q.verdict === 'accepted']]));
		kinds.firstChild.classList.add('tabs-small');
		replace(explain, q.verdict ? note(h('strong', null, t(`verdict.${q.verdict}.title`)), ' ', t(`verdict.${q.verdict}.means`)) : note(t('faults.two')));
		run(q);
	};
	show(query);
	return {
		title: t('nav.fouten'),
		node: [heading(1, t('nav.fouten')), views(me, 'groups'), form, kinds, explain, box],
		update(q) {
			form.set(complete(q));
			const focus = kinds.contains(document.activeElement) ? [...kinds.querySelectorAll('a')].indexOf(document.activeElement) : -1;
			show(q);
			if (focus >= 0) kinds.querySelectorAll('a')[focus]?.focus();
		}
	};
}

// ---- what one counterparty makes of it ----

function report(answer, q, can) {
	const x = { ...q, party: answer.code, since: answer.since, until: answer.until };
	return [
		h('div', { class: 'report-head' }, heading(2, answer.name ?? answer.code), p(t('report.period', { code: answer.code, software: (answer.software ?? []).join(', ') || t('software.unknown') }), day(answer.since), ' – ', day(answer.until)),
			can('export') ? h('p', { class: 'downloads' }, a(link('conformance', { ...x, format: 'html' }), t('report.html')), download(link('conformance', { ...x, format: 'csv' }), t('csv'))) : null),
		h('div', { class: 'tiles' }, tile(t('messages'), num(answer.messages)), tile(t('report.share'), percent(answer.share_accepted, 1), null, 'accepted'), tile(t('verdict.rejected'), num(answer.rejected), null, 'rejected'), tile(t('verdict.refused'), num(answer.refused), null, 'refused')),
		section(t('report.rules'), table({
			caption: t('report.rules'), rows: answer.rules, none: t('report.rules.none'), columns: [
				{ key: 'rule', title: t('rule'), head: true, cell: (r) => r.rule }, { key: 'text', title: t('report.text'), class: 'wide', cell: (r) => said(r, 'text') },
				{ key: 'messages', title: t('messages'), num: true, cell: (r) => num(r.messages) }, { key: 'share', title: t('share'), cell: (r) => bar(r.share, percent(r.share, 1)) }
			]
		})),
		section(t('report.types'), table({
			caption: t('report.types'), rows: answer.by_type, columns: [
				{ key: 'type', title: t('type'), head: true, cell: (r) => (r.type === '?' ? t('type.unknown') : r.type) }, { key: 'messages', title: t('messages'), num: true, cell: (r) => num(r.messages) },
				...['accepted', 'rejected', 'refused'].map((v) => ({ key: v, title: t(`verdict.${v}`), num: true, cell: (r) => num(r[v]) }))
			]
		})),
		section(t('report.terms'), facts([t('terms.met'), num(answer.terms.met)], [t('terms.late'), num(answer.terms.late)], [t('terms.overdue'), num(answer.terms.overdue)], [t('terms.median'), answer.terms.median_days === null ? '–' : t('days', { n: dec(answer.terms.median_days) })])),
		section(t('report.months'), monthly(answer.months, t('report.months')))
	];
}
function monthly(months, title) {
	if (!months.length) return empty(t('table.none'));
	const series = [
		{ label: t('verdict.rejected'), colour: '--chart-rejected', pattern: 'thin', values: months.map((m) => m.rejected) },
		{ label: t('verdict.refused'), colour: '--chart-refused', values: months.map((m) => m.refused) }
	];
	return [chart({ title: t('chart.months.alt', { title, n: months.length }), labels: months.map((m) => monthText(m.month)), series, height: 200 }), figures(t('chart.figures'), table({
		caption: title, dense: true, cards: false, rows: months, columns: [
			{ key: 'month', title: t('month'), head: true, cell: (m) => monthText(m.month) }, { key: 'messages', title: t('messages'), num: true, cell: (m) => num(m.messages) },
			{ key: 'rejected', title: t('verdict.rejected'), num: true, cell: (m) => num(m.rejected) }, { key: 'refused', title: t('verdict.refused'), num: true, cell: (m) => num(m.refused) },
			{ key: 'share', title: t('report.faulty'), num: true, cell: (m) => percent(m.messages ? (m.rejected + m.refused) / m.messages : null, 1) }
		]
	}))];
}
function verslag({ me, query, go, can }) {
	const complete = (q) => ({ since: addDays(today(), -364), until: today(), ...q, party: q.party || (me.role === 'partij' ? me.codes[0] : '') });
	const box = h('div', null);
	const run = loader(box, (q) => (q.party ? get('conformance', { ...q, format: 'json' }) : null), (answer, q) => (answer ? report(answer, q, can) : choose()));
	// Without a party: those with most faults, to choose from.
	function choose() {
		const list = h('div', null, loading());
		get('errors', { since: addDays(today(), -89), until: today() }).then((answer) => {
			const by = new Map();
			for (const g of answer.groups) {
				if (g.verdict === 'accepted' || !g.sender) continue;
				const x = by.get(g.sender) ?? { code: g.sender, name: g.sender_name, messages: 0, rules: new Set() };
				x.messages += g.messages;
				x.rules.add(g.rule);
				by.set(g.sender, x);
			}
			replace(list, table({
				caption: t('report.choose'), rows: [...by.values()].sort((x, y) => y.messages - x.messages), none: t('report.choose.none'), columns: [
					{ key: 'name', title: t('party'), head: true, cell: (x) => [a(`#/fouten/verslag?party=${encodeURIComponent(x.code)}`, x.name ?? x.code), h('span', { class: 'code' }, x.code)] },
					{ key: 'messages', title: t('report.choose.faults'), num: true, cell: (x) => num(x.messages) }, { key: 'rules', title: t('report.choose.rules'), num: true, cell: (x) => num(x.rules.size) }
				]
			}));
		}).catch((e) => replace(list, errorBox(e)));
		return [p(t('report.choose.intro')), list];
	}
	const form = filterForm([{ name: 'party', label: t('party.code'), inputmode: 'numeric' }, { name: 'since', label: t('since.day'), kind: 'date' }, { name: 'until', label: t('until.day'), kind: 'date' }], complete(query),
		(values) => go('fouten/verslag', values), { label: t('report.filter'), submit: t('report.show') });
	run(complete(query));
	return {
		title: t('faults.view.report'), node: [heading(1, t('faults.view.report')), views(me, 'verslag'), note(t('report.intro')), form, box],
		update(q) { form.set(complete(q)); run(complete(q)); }
	};
}

// ---- the burden, month by month ----

function burden(answer) {
	const m = answer.months;
	if (!m.length) return empty(t('table.none'));
	const last = m[m.length - 1];
	const columns = ['messages', 'rejected', 'refused', 'corrections', 'redeliveries', 'manual', 'clients'];
	const extra = ['rejected', 'refused', 'corrections', 'redeliveries', 'manual'];
	const series = [['rejected', '--chart-rejected', 'thin'], ['refused', '--chart-refused', null], ['corrections', '--chart-three', null], ['redeliveries', '--chart-parked', 'dense'], ['manual', '--chart-four', 'thin']]
		.map(([key, colour, pattern]) => ({ label: t(`burden.${key}`), colour, pattern, values: m.map((x) => x[key]) }));
	return [
		h('div', { class: 'tiles' }, tile(t('burden.per_client'), dec(last.per_client, 2), null, null, monthText(last.month)), tile(t('burden.extra'), num(extra.reduce((n, k) => n + (last[k] ?? 0), 0)), null, null, t('burden.extra.of', { n: num(last.messages) }))),
		heading(2, t('burden.chart')), chart({ title: t('chart.months.alt', { title: t('burden.chart'), n: m.length }), labels: m.map((x) => monthText(x.month)), series, height: 260 }),
		table({
			caption: t('burden.table'), showCaption: true, rows: [...m].reverse(), columns: [
				{ key: 'month', title: t('month'), head: true, cell: (x) => monthText(x.month) },
				...columns.map((k) => ({ key: k, title: t(`burden.${k}`), num: true, cell: (x) => num(x[k]) })),
				{ key: 'per_client', title: t('burden.per_client'), num: true, cell: (x) => dec(x.per_client, 2) }
			]
		}),
		said(answer, 'notes') ? note(said(answer, 'notes')) : null
	];
}
function last({ me, query, go }) {
	const box = h('div', null);
	let again = null;
	const run = loader(box, (q) => get('burden', { months: q.months || 12, party: q.party }), (answer, q) => {
		clearTimeout(again);
		if (answer.state !== 'computing') return burden(answer);
		again = setTimeout(() => run(q), 3000);
		return alertBox('info', t('flow.computing'), t('flow.computing.text'));
	});
	const form = filterForm([{ name: 'party', label: t('party.code') }, { name: 'months', label: t('burden.months'), kind: 'select', options: [['12', '12'], ['6', '6'], ['24', '24'], ['36', '36']] }], query, (values) => go('fouten/last', values), { label: t('burden.filter') });
	run(query);
	return {
		title: t('faults.view.burden'), node: [heading(1, t('faults.view.burden')), views(me, 'last'), note(t('burden.intro')), form, box],
		update(q) { form.set(q); run(q); }, stop() { clearTimeout(again); }
	};
}

export const page = (ctx) => ({ verslag, last }[ctx.args[0]] ?? groups)(ctx);
