// In- and outflow in three readings side by side, each with what it suffers from.
import { get, link } from './api.js';
import { chart, figures } from './chart.js';
import { h, replace } from './dom.js';
import { moment, num, percent, signed } from './format.js';
import { language, said, t } from './i18n.js';
import { table } from './table.js';
import { alertBox, announce, bar, button, download, empty, facts, field, filterForm, heading, loader, note, section } from './ui.js';

const READINGS = ['registered', 'cbs', 'estimated'];
const AXES = ['none', 'gemeente', 'aanbieder', 'hulpvorm', 'categorie', 'verwijzer'];
const PERIODS = ['half', 'quarter', 'month', 'year'];

function panels(rows) {
	const top = Math.max(4, ...rows.flatMap((r) => READINGS.flatMap((x) => [r[x]?.inflow ?? 0, r[x]?.outflow ?? 0]))) * 1.08;
	return h('div', { class: 'panels' }, READINGS.map((x) => h('div', { class: 'panel' }, heading(3, t(`reading.${x}`)), note(t(`reading.${x}.means`)),
		chart({
			title: t('flow.chart.alt', { reading: t(`reading.${x}`), n: rows.length }), labels: rows.map((r) => r.label), kind: 'group', height: 220, top, series: [
				{ label: t('inflow'), colour: '--chart-in', values: rows.map((r) => r[x]?.inflow ?? null) },
				{ label: t('outflow'), colour: '--chart-out', pattern: 'thin', values: rows.map((r) => r[x]?.outflow ?? null) }
			]
		}))));
}
const balance = (x) => (!x || x.balance === null ? '–' : [`${signed(x.balance, 1)}%`, x.low !== null && x.low !== undefined && x.low !== x.high ? h('span', { class: 'sub' }, `${signed(x.low, 1)} – ${signed(x.high, 1)}`) : null]);

function readingTable(rows, x, keyed) {
	return table({
		caption: t('flow.table', { reading: t(`reading.${x}`) }), showCaption: true, dense: true, rows, columns: [
			{ key: 'label', title: t('flow.period'), head: true, sort: (r) => r.from, cell: (r) => r.label },
			keyed ? { key: 'key', title: t('flow.key'), sort: (r) => said(r, 'key_name') ?? r.key, cell: (r) => said(r, 'key_name') ?? r.key } : null,
			{ key: 'inflow', title: t('inflow'), num: true, sort: (r) => r[x]?.inflow, cell: (r) => num(r[x]?.inflow) }, { key: 'outflow', title: t('outflow'), num: true, sort: (r) => r[x]?.outflow, cell: (r) => num(r[x]?.outflow) },
			{ key: 'begin', title: t('stock.begin'), num: true, sort: (r) => r[x]?.stock_begin, cell: (r) => num(r[x]?.stock_begin) }, { key: 'end', title: t('stock.end'), num: true, sort: (r) => r[x]?.stock_end, cell: (r) => num(r[x]?.stock_end) },
			{ key: 'balance', title: t('balance'), num: true, sort: (r) => r[x]?.balance, cell: (r) => balance(r[x]) },
			x === 'cbs' ? { key: 'closed', title: t('flow.closed'), num: true, sort: (r) => r.cbs_closed, cell: (r) => num(r.cbs_closed) } : null,
			x === 'estimated' ? { key: 'ends', title: t('flow.ends'), num: true, sort: (r) => r.estimated_ends, cell: (r) => [num(r.estimated_ends), h('span', { class: 'sub' }, t('flow.certain', { n: num(r.certain) }))] } : null,
			x === 'registered' ? { key: 'duration', title: t('flow.duration'), num: true, sort: (r) => r.duration, cell: (r) => (r.duration === null || r.duration === undefined ? '–' : t('days', { n: num(r.duration) })) } : null,
			{ key: 'quality', title: t('flow.quality'), cell: (r) => ((r.quality ?? []).length ? r.quality.join(', ') : '–') }
		].filter(Boolean)
	});
}
function quality(rows, texts) {
	const found = [...new Set(rows.flatMap((r) => r.quality ?? []))];
	if (!found.length) return null;
	return h('div', { class: 'quality' }, heading(3, t('flow.quality.title')), h('dl', { class: 'facts' }, found.map((code) => h('div', null, h('dt', null, code), h('dd', null, texts?.[code]?.[language()] ?? texts?.[code]?.nl ?? '–')))));
}
function health(x) {
	const share = (n, of = x.episodes) => bar(of ? n / of : 0, t('health.of', { n: num(n), share: percent(of ? n / of : null) }));
	return [said(x, 'text') ? note(said(x, 'text')) : null, facts([t('health.episodes'), num(x.episodes)], [t('health.toewijzing'), share(x.with_toewijzing)], [t('health.start'), share(x.with_start)], [t('health.declaration'), share(x.with_declaration)], [t('health.ended'), num(x.ended)], [t('health.stop'), share(x.with_stop, x.ended)])];
}

export function page({ query, go, can }) {
	const box = h('div', null);
	let again = null, key = null;
	const complete = (q) => ({ period: PERIODS.includes(q.period) ? q.period : 'half', by: AXES.includes(q.by) ? q.by : 'none', party: q.party });

	const run = loader(box, (q) => get('flows', { ...complete(q), format: 'json' }), (answer, q) => {
		clearTimeout(again);
		if (answer.state === 'computing') {
			again = setTimeout(() => run(q), 3000);
			announce(t('flow.computing'));
			return alertBox('info', t('flow.computing'), t('flow.computing.text'), answer.asked ? note(t('flow.asked'), ' ', moment(answer.asked)) : null);
		}
		const keyed = complete(q).by !== 'none';
		const names = new Map(answer.rows.map((r) => [String(r.key ?? ''), said(r, 'key_name') ?? r.key ?? '']));
		if (!answer.rows.length) return empty(t('flow.none'));
		if (!names.has(key)) key = names.keys().next().value;
		const picture = h('div', null);
		const draw = () => {
			const mine = answer.rows.filter((r) => String(r.key ?? '') === key);
			replace(picture, panels(mine.slice(-12)), quality(mine.slice(-12), answer.quality_texts));
		};
		const pick = keyed ? field({ name: 'key', label: t('flow.pick'), kind: 'select', options: [...names] }, key) : null;
		pick?.querySelector('select').addEventListener('change', (e) => { key = e.target.value; draw(); });
		draw();
		announce(t('flow.ready'));
		return [
			section(t('flow.readings'), pick, picture, figures(t('flow.figures'), READINGS.map((x) => readingTable(answer.rows, x, keyed))),
				can('export') ? h('p', { class: 'downloads' }, download(link('flows', { ...complete(q), format: 'csv' }), t('csv')), button('subtle', t('flow.anew'), () => run(q))) : null),
			section(t('health.title'), health(answer.health))
		];
	});
	const form = filterForm([
		{ name: 'period', label: t('flow.period'), kind: 'select', options: PERIODS.map((x) => [x, t(`period.${x}`)]) },
		{ name: 'by', label: t('flow.by'), kind: 'select', options: AXES.map((x) => [x, t(`by.${x}`)]) },
		{ name: 'party', label: t('party.code') }
	], complete(query), (v) => go('stromen', { ...v, period: v.period === 'half' ? '' : v.period, by: v.by === 'none' ? '' : v.by }), { label: t('flow.filter'), submit: t('show') });
	run(query);
	return {
		title: t('nav.stromen'), node: [heading(1, t('nav.stromen')), note(t('flow.intro')), form, box],
		update(q) { form.set(complete(q)); run(q); }, stop() { clearTimeout(again); }
	};
}
