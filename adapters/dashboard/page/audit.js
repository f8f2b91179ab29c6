// Who saw and did what, in a chain that can be verified.
import { get, link, post } from './api.js';
import { h, replace } from './dom.js';
import { localToIso, moment, num } from './format.js';
import { has, said, t } from './i18n.js';
import { table } from './table.js';
import { a, alertBox, announce, button, download, errorBox, filterForm, heading, loader, loading, note } from './ui.js';

const EVENTS = ['login', 'logout', 'body-viewed', 'body-viewed-masked', 'bsn-search', 'export', 'set-maintenance', 'end-maintenance', 'set-hold', 'end-hold', 'set-freeze', 'end-freeze', 'retry', 'replay', 'recheck', 'reload', 'keys-rotate', 'keys', 'messages', 'judged', 'delivered', 'adopted', 'ingest', 'retention', 'started', 'stopped'];
const eventName = (e) => (has(`event.${e}`) ? t(`event.${e}`) : e);

export function page({ query, go, can }) {
	const box = h('div', null);
	const iso = (v) => (v && v.endsWith('Z') ? v : localToIso(v));
	const asked = (q) => ({ ...q, since: iso(q.since), until: iso(q.until), limit: 100 });
	const run = loader(box, (q) => get('audit', { ...asked(q), format: 'json' }), (answer, q) => {
		announce(t('audit.count', { n: answer.entries.length }));
		const last = answer.entries[answer.entries.length - 1];
		const to = (more) => `#/audit?${new URLSearchParams(Object.entries({ ...q, ...more }).filter(([, v]) => v))}`;
		return [
			h('p', { class: 'count-line' }, t('audit.count', { n: answer.entries.length })),
			table({
				caption: t('audit.caption'), rows: answer.entries, none: t('audit.none'), columns: [
					{ key: 'moment', title: t('audit.when'), head: true, class: 'nowrap', cell: (x) => [moment(x.moment, true), h('span', { class: 'sub' }, t('nr', { id: x.id }))] },
					{ key: 'event', title: t('audit.event'), cell: (x) => eventName(x.event) },
					{ key: 'who', title: t('audit.who'), cell: (x) => [x.who || '–', h('span', { class: 'sub' }, [x.role, x.source].filter(Boolean).join(' · '))] },
					{ key: 'message', title: t('message'), class: 'nowrap', cell: (x) => (x.message ? [a(`#/berichten/${x.message}`, t('nr', { id: x.message })), x.last && x.last !== x.message ? [' – ', a(`#/berichten/${x.last}`, String(x.last))] : null] : x.client ? h('span', { class: 'mono' }, `${t('search.client')} ${x.client.slice(0, 8)}…`) : '–') },
					{ key: 'reason', title: t('reason'), class: 'wide', cell: (x) => [x.reason || '–', x.detail ? h('span', { class: 'sub' }, x.detail) : null] },
					{ key: 'outcome', title: t('audit.outcome'), cell: (x) => (x.outcome ? (x.outcome === 'ok' ? t('audit.outcome.ok') : x.outcome) : '–') },
					{ key: 'hash', title: t('audit.hash'), class: 'mono', cell: (x) => (x.hash ? h('span', { title: x.hash }, `${x.hash.slice(0, 10)}…`) : '–') }
				]
			}),
			answer.more || q.before ? h('nav', { class: 'pager', 'aria-label': t('pager') }, q.before ? a(to({ before: '' }), t('pager.first')) : null, answer.more && last ? a(to({ before: last.id }), t('pager.older')) : null) : null,
			can('export') ? h('p', { class: 'downloads' }, download(link('audit', { ...asked(q), before: '', limit: '', format: 'csv' }), t('csv')), download(link('audit', { ...asked(q), before: '', limit: '', format: 'json' }), 'JSON')) : null
		];
	});
	const checked = h('div', { class: 'verify', 'aria-live': 'polite' });
	async function verify() {
		replace(checked, loading());
		try {
			const r = await post('audit/verify');
			replace(checked, alertBox(r.ok ? 'ok' : 'error', r.ok ? t('audit.ok') : t('audit.broken'), said(r, ''), note(t('audit.entries', { n: num(r.entries) }), r.head ? h('code', { class: 'path' }, r.head) : null)));
		} catch (e) {
			replace(checked, errorBox(e, verify));
		}
	}
	const fields = [
		{ name: 'event', label: t('audit.event'), list: EVENTS }, { name: 'who', label: t('audit.who') }, { name: 'message', label: t('search.id'), inputmode: 'numeric' },
		{ name: 'since', label: t('since.day'), kind: 'datetime-local' }, { name: 'until', label: t('audit.until'), kind: 'datetime-local' }
	];
	const form = filterForm(fields, query, (v) => go('audit', v), { label: t('audit.filter') });
	run(query);
	return {
		title: t('nav.audit'), node: [heading(1, t('nav.audit')), note(t('audit.intro')), h('div', { class: 'utrecht-button-group' }, button('secondary', t('audit.verify'), verify)), checked, form, box],
		update(q) { form.set(q); run(q); }
	};
}
