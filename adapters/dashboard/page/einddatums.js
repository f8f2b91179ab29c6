// Care that ended, or seems to have, and has no stop message.
import { get, link } from './api.js';
import { h } from './dom.js';
import { day, moment, num, percent } from './format.js';
import { said, t } from './i18n.js';
import { table } from './table.js';
import { a, announce, badge, button, dialog, download, facts, filterForm, heading, lightBadge, loader, note, p, section, tile } from './ui.js';

const KINDS = ['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8', 'S5', 'S7', 'S9', 'S10', 'S22', 'S23'];
const STRENGTH = { certain: ['danger', 'octagon'], probable: ['warning', 'diamond'], information: ['neutral', 'info'], hint: ['inactive', 'info'], deadline: ['neutral', 'clock'] };
const strengthBadge = (x) => badge(STRENGTH[x]?.[0] ?? 'inactive', t(`strength.${STRENGTH[x] ? x : 'hint'}`), STRENGTH[x]?.[1] ?? 'info');
const who = (name, code) => [name ?? code, name ? h('span', { class: 'code' }, code) : null];

function detail(r) {
	dialog(t('end.title', { nummer: r.toewijzingnummer }), [
		h('p', { class: 'lead' }, said(r, 'kind')), p(lightBadge(r.stoplicht), ' ', strengthBadge(r.strength)),
		heading(3, t('end.why')), p(said(r, 'basis') ?? '–'),
		heading(3, t('end.clears')), p(said(r, 'clears') ?? '–'),
		facts([t('gemeente'), `${r.gemeente_name ?? ''} (${r.gemeente})`], [t('aanbieder'), `${r.aanbieder_name ?? ''} (${r.aanbieder})`], [t('nummer'), r.toewijzingnummer], [t('begindatum'), day(r.begindatum)], [t('care'), [r.categorie, r.code].filter(Boolean).join(' / ')],
			[t('end.since'), day(r.since)], [t('end.chance'), r.chance === null ? null : percent(r.chance)], [t('end.estimate'), r.estimated_end ? [day(r.estimated_end), r.low && r.high ? h('span', { class: 'sub' }, t('end.between', { low: '' }), day(r.low), ' – ', day(r.high)) : null] : null], [t('end.told'), r.told ? moment(r.told) : t('end.told.no')]),
		p(a(`#/berichten?nummer=${encodeURIComponent(r.toewijzingnummer)}`, t('end.messages'))),
		r.client ? p(a(`#/berichten?client=${encodeURIComponent(r.client)}`, t('end.client'))) : null
	], { wide: true });
}

export function page({ query, go, can }) {
	const any = [['', t('any')]];
	const LIMIT = 50;
	const box = h('div', null);
	const asked = (q) => ({ ...q, limit: LIMIT, offset: q.offset || 0, format: 'json' });
	const link_ = (q) => `#/einddatums?${new URLSearchParams(Object.entries(q).filter(([, v]) => v))}`;
	const run = loader(box, (q) => get('open-ends', asked(q)), (answer, q) => {
		const n = answer.totals, offset = Number(q.offset || 0);
		announce(t('end.count', { n: n.all }));
		return [
			h('div', { class: 'tiles' }, tile(t('end.all'), num(n.all), link_({ ...q, strength: '', stoplicht: '', offset: '' })), tile(t('strength.certain'), num(n.certain), link_({ ...q, strength: 'certain', offset: '' }), 'refused', t('strength.certain.short')), tile(t('strength.probable'), num(n.probable), link_({ ...q, strength: 'probable', offset: '' }), 'rejected', t('strength.probable.short')),
				tile([lightBadge('rood')], num(n.rood), link_({ ...q, stoplicht: 'rood', offset: '' }), null, t('light.rood.short')), tile([lightBadge('oranje')], num(n.oranje), link_({ ...q, stoplicht: 'oranje', offset: '' }), null, t('light.oranje.short')), tile([lightBadge('groen')], num(n.groen), link_({ ...q, stoplicht: 'groen', offset: '' }), null, t('light.groen.short'))),
			section(t('end.who'), table({
				caption: t('end.who'), rows: answer.by_aanbieder, none: t('end.none'), sorted: ['all', 'descending'], columns: [
					{ key: 'name', title: t('aanbieder'), head: true, sort: (x) => x.name ?? x.code, cell: (x) => [a(link_({ ...q, aanbieder: x.code, offset: '' }), x.name ?? x.code), x.name ? h('span', { class: 'code' }, x.code) : null] },
					{ key: 'all', title: t('end.missing'), num: true, sort: (x) => x.all, cell: (x) => num(x.all) }, { key: 'certain', title: t('strength.certain'), num: true, sort: (x) => x.certain, cell: (x) => num(x.certain) },
					{ key: 'probable', title: t('strength.probable'), num: true, sort: (x) => x.probable, cell: (x) => num(x.probable) }, { key: 'rood', title: t('light.rood'), num: true, sort: (x) => x.rood, cell: (x) => num(x.rood) },
					{ key: 'told', title: t('end.told.head'), num: true, sort: (x) => x.told, cell: (x) => num(x.told) }
				]
			})),
			section(t('end.rows'), h('p', { class: 'count-line' }, t('end.shown', { from: num(answer.rows.length ? offset + 1 : 0), until: num(offset + answer.rows.length) })), table({
				caption: t('end.rows'), rows: answer.rows, none: t('end.none'), columns: [
					{ key: 'light', title: t('light'), sort: (r) => ['rood', 'oranje', 'groen'].indexOf(r.stoplicht), cell: (r) => lightBadge(r.stoplicht) },
					{ key: 'aanbieder', title: t('aanbieder'), head: true, sort: (r) => r.aanbieder_name ?? r.aanbieder, cell: (r) => who(r.aanbieder_name, r.aanbieder) },
					{ key: 'kind', title: t('end.what'), class: 'wide', sort: (r) => r.kind, cell: (r) => button('link', said(r, 'kind') ?? r.kind, () => detail(r), { class: 'row-button', 'aria-haspopup': 'dialog' }) },
					{ key: 'strength', title: t('strength'), sort: (r) => Object.keys(STRENGTH).indexOf(r.strength), cell: (r) => strengthBadge(r.strength) },
					{ key: 'nummer', title: t('nummer'), sort: (r) => r.toewijzingnummer, cell: (r) => [r.toewijzingnummer, h('span', { class: 'sub' }, r.gemeente_name ?? r.gemeente, ' · ', [r.categorie, r.code].filter(Boolean).join('/'))] },
					{ key: 'estimate', title: t('end.estimate.short'), sort: (r) => r.estimated_end, cell: (r) => (r.estimated_end ? [day(r.estimated_end), h('span', { class: 'sub' }, r.chance === null ? null : t('end.chance.of', { n: percent(r.chance) }))] : '–') },
					{ key: 'since', title: t('end.since'), sort: (r) => r.since, cell: (r) => [day(r.since), h('span', { class: 'sub' }, r.told ? [t('end.told.on'), ' ', moment(r.told)] : t('end.told.not'))] }
				]
			}), answer.more || offset ? h('nav', { class: 'pager', 'aria-label': t('pager') }, offset ? a(link_({ ...q, offset: offset > LIMIT ? offset - LIMIT : '' }), t('pager.previous')) : null, answer.more ? a(link_({ ...q, offset: offset + LIMIT }), t('pager.next')) : null) : null,
			can('export') ? h('p', { class: 'downloads' }, download(link('open-ends', { ...q, limit: '', offset: '', format: 'csv' }), t('csv'))) : null)
		];
	});
	const fields = [
		{ name: 'gemeente', label: t('gemeente.code') }, { name: 'aanbieder', label: t('aanbieder.code') },
		{ name: 'strength', label: t('strength'), kind: 'select', options: [...any, ...Object.keys(STRENGTH).map((x) => [x, t(`strength.${x}`)])] },
		{ name: 'stoplicht', label: t('light'), kind: 'select', options: [...any, ...['rood', 'oranje', 'groen'].map((x) => [x, t(`light.${x}`)])] },
		{ name: 'kind', label: t('end.kind'), kind: 'select', options: [...any, ...KINDS.map((x) => [x, `${x} ${t(`kind.${x}`)}`])] }
	];
	const form = filterForm(fields, query, (v) => go('einddatums', v), { label: t('end.filter') });
	run(query);
	return {
		title: t('nav.einddatums'), node: [heading(1, t('nav.einddatums')), note(t('end.intro')), form, box],
		update(q) { form.set(q); run(q); }
	};
}
