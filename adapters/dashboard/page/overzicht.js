// What came in, what was refused, and what wants attention: in that order of urgency.
import { get } from './api.js';
import { chart, figures } from './chart.js';
import { h, replace } from './dom.js';
import { bytes, clock, hour, millis, moment, num, percent, span, weekdayHour } from './format.js';
import { said, t } from './i18n.js';
import { listen, live } from './live.js';
import { table } from './table.js';
import { a, announce, badge, errorBox, facts, heading, icon, levelBadge, loading, note, section, tile } from './ui.js';

const HOURS = [24, 72, 168];
export const VERDICT_SERIES = [
	{ key: 'accepted', colour: '--chart-accepted' },
	{ key: 'rejected', colour: '--chart-rejected', pattern: 'thin' },
	{ key: 'refused', colour: '--chart-refused' },
	{ key: 'parked', colour: '--chart-parked', pattern: 'dense' }
];

const route = (link) => (typeof link === 'string' && link.startsWith('#/') ? link : typeof link === 'string' && link.startsWith('/') ? `#${link}` : null);

function attention(list) {
	if (!list.length) return h('p', { class: 'all-well' }, icon('check'), t('attention.none'));
	return h('ol', { class: 'attention' }, list.map((x) => h('li', { class: `attention-${x.level}` },
		h('div', { class: 'attention-level' }, levelBadge(x.level)),
		h('div', { class: 'attention-body' }, heading(3, said(x, 'title')), h('p', null, said(x, 'text')),
			h('p', { class: 'attention-foot' }, x.since ? h('span', null, t('since'), ' ', moment(x.since)) : null, route(x.link) ? h('a', { class: 'utrecht-link utrecht-link--html-a', href: route(x.link) }, t(`go.${route(x.link).replace(/^#\//, '').split(/[/?]/)[0]}`)) : null)))));
}

function numbers(o, hours) {
	// The sums of the hours shown; what the server calls totals is of all time.
	const sum = (k) => o.hours.reduce((total, x) => total + x[k], 0);
	const n = { accepted: sum('accepted'), rejected: sum('rejected'), refused: sum('refused'), parked: sum('parked') };
	n.messages = n.accepted + n.rejected + n.refused + n.parked;
	const share = n.messages ? (n.rejected + n.refused) / n.messages : null;
	const since = new Date(Math.floor(Date.parse(o.now) / 60000) * 60000 - hours * 3600000).toISOString();
	const search = (more) => `#/berichten?${new URLSearchParams({ ...more, since })}`;
	return h('div', { class: 'tiles tiles-five' },
		tile(t('messages'), num(n.messages), search({}), null, share === null ? null : t('overview.share', { share: percent(share, 1) })),
		tile(t('verdict.accepted'), num(n.accepted), search({ verdict: 'accepted' }), 'accepted', t('verdict.accepted.short')),
		tile(t('verdict.rejected'), num(n.rejected), search({ verdict: 'rejected' }), 'rejected', t('verdict.rejected.short')),
		tile(t('verdict.refused'), num(n.refused), search({ verdict: 'refused' }), 'refused', t('verdict.refused.short')),
		tile(t('verdict.parked'), num(n.parked), search({ verdict: 'parked' }), 'parked', t('verdict.parked.short')));
}
const current = (n) => h('div', { class: 'tiles' },
	tile(t('waiting'), num(n.waiting), '#/berichten?undelivered=1'),
	tile(t('given_up'), num(n.given_up), '#/berichten?given_up=1', n.given_up ? 'refused' : null),
	tile(t('overdue'), num(n.overdue), '#/termijnen?ahead=0', n.overdue ? 'rejected' : null),
	tile(t('open_ends'), num(n.open_ends), '#/einddatums'));

function hours(o) {
	const labels = o.hours.map((x) => (o.hours.length > 24 ? weekdayHour(x.hour) : hour(x.hour)));
	const series = VERDICT_SERIES.map((x) => ({ ...x, label: t(`verdict.${x.key}`), values: o.hours.map((r) => r[x.key]) }));
	const busiest = o.hours.reduce((m, x) => (x.accepted + x.rejected + x.refused + x.parked > m.n ? { n: x.accepted + x.rejected + x.refused + x.parked, hour: x.hour } : m), { n: 0, hour: null });
	return [
		chart({ title: t('overview.chart.alt', { hours: o.hours.length, n: num(busiest.n), hour: busiest.hour ? weekdayHour(busiest.hour) : '–' }), labels, series, step: o.hours.length > 24 ? 6 : 1 }),
		figures(t('chart.figures'), table({
			caption: t('overview.chart'), dense: true, cards: false, rows: [...o.hours].reverse(), columns: [
				{ key: 'hour', title: t('hour'), head: true, cell: (x) => weekdayHour(x.hour) },
				...VERDICT_SERIES.map((v) => ({ key: v.key, title: t(`verdict.${v.key}`), num: true, cell: (x) => num(x[v.key]) })),
				{ key: 'bytes', title: t('size'), num: true, cell: (x) => bytes(x.bytes) }
			]
		}))
	];
}

function queues(list, now) {
	return table({
		caption: t('queues'), rows: list, none: t('queues.none'), sorted: ['oldest', 'ascending'], columns: [
			{ key: 'receiver', title: t('receiver'), head: true, sort: (x) => x.name ?? x.receiver, cell: (x) => [x.name ?? x.receiver, h('span', { class: 'code' }, x.receiver)] },
			{ key: 'connected', title: t('connected'), cell: (x) => [x.connected ? badge('safe', t('connected.yes'), 'check') : badge('danger', t('connected.no'), 'stop'), x.held ? badge('warning', t('held'), 'pause') : null] },
			{ key: 'waiting', title: t('waiting'), num: true, sort: (x) => x.waiting, cell: (x) => a(`#/berichten?${new URLSearchParams({ receiver: x.receiver, undelivered: 1 })}`, num(x.waiting)) },
			{ key: 'oldest', title: t('queues.oldest'), sort: (x) => x.oldest, cell: (x) => (x.oldest ? [moment(x.oldest), h('span', { class: 'sub' }, t('ago', { span: span((Date.parse(now) - Date.parse(x.oldest)) / 1000) }))] : '–') },
			{ key: 'given_up', title: t('given_up'), num: true, sort: (x) => x.given_up, cell: (x) => (x.given_up ? a(`#/berichten?${new URLSearchParams({ receiver: x.receiver, given_up: 1 })}`, num(x.given_up)) : num(0)) }
		]
	});
}

function speed(x) {
	const row = (key) => ({ key, ...x[key] });
	if (!x?.receipt || !x?.delivery) return note(t('times.none'));
	return [table({
		caption: t('times'), rows: [row('receipt'), row('delivery')], columns: [
			{ key: 'what', title: t('times.what'), head: true, cell: (r) => t(`times.${r.key}`) },
			{ key: 'p50', title: t('times.p50'), num: true, cell: (r) => (r.n ? millis(r.p50_ms) : '–') },
			{ key: 'p99', title: t('times.p99'), num: true, cell: (r) => (r.n ? millis(r.p99_ms) : '–') },
			{ key: 'n', title: t('messages'), num: true, cell: (r) => num(r.n) }
		]
	}), note(t('times.note'))];
}

function health(o) {
	// A party is told of the hub what concerns it, and nothing of its disk.
	const disk = o.storage ?? {}, shown = (n, f) => (n === null || n === undefined ? null : f(n));
	return facts([t('health.state'), t(`hub.${o.hub.state}`)], [t('health.version'), o.hub.version], [t('health.started'), o.hub.started ? moment(o.hub.started) : null],
		[t('health.sessions'), shown(o.hub.sessions, num)], [t('health.busy'), typeof o.hub.busy === 'number' && o.hub.busy <= 1 ? percent(o.hub.busy) : o.hub.busy],
		[t('health.storage'), shown(disk.bytes, bytes)], [t('health.free'), shown(disk.free_bytes, bytes)], [t('health.wal'), shown(disk.wal_bytes, bytes)],
		[t('health.freezes'), (o.hub.freezes ?? []).map((f) => `${f.standard}: ${f.from} – ${f.until}`).join(', ') || null]);
}

export function page({ query, go }) {
	let wanted = HOURS.includes(Number(query.hours)) ? Number(query.hours) : 24;
	const mark = h('p', { class: 'live-mark' });
	const parts = { attention: h('div', null, loading()), numbers: h('div', null, loading()), current: h('div', null, loading()), hours: h('div', null, loading()), queues: h('div', null), times: h('div', null), health: h('div', null) };
	const drawn = {};
	let urgent = null;

	// Only what changed is drawn anew: focus and an open table stay where they are.
	function put(name, value, make) {
		const text = JSON.stringify(value);
		if (drawn[name] === text) return;
		drawn[name] = text;
		if (parts[name].contains(document.activeElement)) {
			const again = [...parts[name].querySelectorAll('a, button, summary')].indexOf(document.activeElement);
			replace(parts[name], make());
			[...parts[name].querySelectorAll('a, button, summary')][again]?.focus({ preventScroll: true });
		} else {
			const open = parts[name].querySelector('details')?.open;
			replace(parts[name], make());
			if (open) parts[name].querySelector('details').open = true;
		}
	}
	function draw(o, window = true) {
		put('attention', o.attention, () => attention(o.attention));
		if (window) {
			put('numbers', [o.hours, wanted, o.now.slice(0, 15)], () => numbers(o, wanted));
			put('hours', [o.hours, wanted], () => hours(o));
		}
		put('current', o.totals, () => current(o.totals));
		put('queues', [o.queues, o.now.slice(0, 15)], () => queues(o.queues, o.now));
		put('times', o.times, () => speed(o.times));
		put('health', [o.hub, o.storage], () => health(o));
		const now = o.attention.filter((x) => x.level === 'urgent').length;
		if (urgent !== null && now > urgent) announce(t('attention.announce', { n: now }));
		urgent = now;
	}
	function markLive() {
		if (live.connected) replace(mark, h('span', { class: 'live-dot' }), t('live.on', { time: clock(live.at) }));
		else if (live.at) replace(mark, icon('clock'), t('live.poll', { time: clock(live.at) }));
		else replace(mark, icon('clock'), t('live.none'));
	}
	let loaded = 0;
	async function load() {
		loaded = Date.now();
		try {
			draw(await get('overview', { hours: wanted }));
		} catch (e) {
			if (!drawn.attention) {
				for (const x of Object.values(parts)) replace(x);
				replace(parts.attention, errorBox(e, load));
			}
		}
	}
	const stopListening = listen(() => {
		markLive();
		if (!live.overview) return;
		draw(live.overview, wanted === 24);
		// What is pushed is the last day; a longer one is asked for once a minute.
		if (wanted !== 24 && Date.now() - loaded > 60000) load();
	});
	markLive();
	const choice = h('div', { class: 'choice', role: 'group', 'aria-label': t('overview.period') });
	function drawChoice() {
		replace(choice, HOURS.map((n) => h('button', { type: 'button', class: `utrecht-button utrecht-button--subtle ${n === wanted ? 'chosen' : ''}`, 'aria-pressed': String(n === wanted), onclick: () => go('overzicht', n === 24 ? {} : { hours: n }) }, t('overview.hours', { hours: n }))));
	}
	drawChoice();
	if (live.overview && wanted === 24) draw(live.overview);
	else load();
	return {
		title: t('nav.overzicht'),
		node: [
			h('div', { class: 'title-row' }, heading(1, t('nav.overzicht')), mark),
			section(t('attention'), parts.attention),
			section(t('overview.now'), parts.current),
			section(t('overview.traffic'), choice, parts.numbers, parts.hours),
			section(t('queues'), parts.queues),
			h('div', { class: 'split split-even' }, section(t('times'), parts.times), section(t('health'), parts.health))
		],
		update(next) {
			wanted = HOURS.includes(Number(next.hours)) ? Number(next.hours) : 24;
			const focus = [...choice.children].indexOf(document.activeElement);
			drawChoice();
			choice.children[focus]?.focus();
			load();
		},
		stop: stopListening
	};
}
