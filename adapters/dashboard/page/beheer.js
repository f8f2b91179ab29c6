// What an administrator does: every act asks for a reason, and is audited by the hub.
import { get, post } from './api.js';
import { h } from './dom.js';
import { day, momentText, moment, num } from './format.js';
import { said, t } from './i18n.js';
import { messageTable } from './berichten.js';
import { table } from './table.js';
import { alertBox, ask, badge, button, facts, heading, loader, note, p, section, toast, yesNo } from './ui.js';

const opens = { 'aria-haspopup': 'dialog' };

export function page() {
	const box = h('div', null);
	let later = null;
	// act: POST admin/NAME with what was filled in; the page is read anew.
	const act = (name, more) => async (values) => {
		const answer = await post(`admin/${name}`, { ...more, ...values });
		toast(said(answer, '') ?? t('done'));
		await run();
		// What the hub does a moment later (parked messages judged, a queue let go) shows too.
		clearTimeout(later);
		later = setTimeout(() => { if (!document.querySelector('dialog') && !box.contains(document.activeElement)) run(); }, 2500);
	};
	const doing = (kind, name, dialogue, text) => button(kind, text, () => ask({ action: text, ...dialogue }), opens);

	const maintenance = (m) => section(t('admin.maintenance'), m.on
		? [alertBox('warning', t('admin.maintenance.on'), m.text, note(t('admin.by', { who: m.who ?? '–', when: momentText(m.since) }))),
			doing('primary', 'maintenance', { title: t('admin.maintenance.end'), text: t('admin.maintenance.end.text'), act: act('maintenance', { on: false, text: '' }) }, t('admin.maintenance.end'))]
		: [note(t('admin.maintenance.text')), doing('secondary', 'maintenance', { title: t('admin.maintenance.begin'), text: t('admin.maintenance.begin.text'), danger: true, specs: [{ name: 'text', label: t('admin.maintenance.message'), hint: t('admin.maintenance.hint'), kind: 'area', rows: 2, required: true }], act: act('maintenance', { on: true }) }, t('admin.maintenance.begin'))]);

	const holds = (list) => section(t('admin.holds'), note(t('admin.holds.text')), table({
		caption: t('admin.holds'), rows: list, none: t('admin.holds.none'), columns: [
			{ key: 'code', title: t('party'), head: true, cell: (x) => [x.name ?? x.code, h('span', { class: 'code' }, x.code)] }, { key: 'waiting', title: t('waiting'), num: true, cell: (x) => num(x.waiting) },
			{ key: 'since', title: t('since.head'), cell: (x) => moment(x.since) }, { key: 'who', title: t('admin.who'), cell: (x) => x.who }, { key: 'reason', title: t('reason'), class: 'wide', cell: (x) => x.reason },
			{ key: 'act', title: t('action'), hideTitle: true, cell: (x) => doing('secondary', 'resume', { title: t('admin.resume.title', { code: x.name ?? x.code }), text: t('admin.resume.text'), act: act('resume', { code: x.code }) }, t('admin.resume')) }
		]
	}), doing('secondary', 'hold', { title: t('admin.hold'), text: t('admin.hold.text'), specs: [{ name: 'code', label: t('party.code'), required: true, inputmode: 'numeric' }], act: act('hold') }, t('admin.hold')));

	const freezes = (list) => section(t('admin.freezes'), note(t('admin.freezes.text')), table({
		caption: t('admin.freezes'), rows: list, none: t('admin.freezes.none'), columns: [
			{ key: 'standard', title: t('admin.standard'), head: true, cell: (x) => x.standard }, { key: 'from', title: t('since.day'), cell: (x) => day(x.from) }, { key: 'until', title: t('until.day'), cell: (x) => day(x.until) },
			{ key: 'origin', title: t('admin.origin'), cell: (x) => t(x.origin === 'file' ? 'admin.origin.file' : 'admin.origin.page') }, { key: 'who', title: t('admin.who'), cell: (x) => x.who ?? '–' },
			{ key: 'act', title: t('action'), hideTitle: true, cell: (x) => (x.origin === 'file' ? '–' : doing('secondary', 'unfreeze', { title: t('admin.unfreeze.title', { standard: x.standard }), text: t('admin.unfreeze.text'), act: act('unfreeze', { standard: x.standard, from: x.from }) }, t('admin.unfreeze'))) }
		]
	}), doing('secondary', 'freeze', {
		title: t('admin.freeze'), text: t('admin.freeze.text'), specs: [{ name: 'standard', label: t('admin.standard'), required: true, value: list[0]?.standard ?? 'ijw-3.2' }, { name: 'from', label: t('since.day'), kind: 'date', required: true }, { name: 'until', label: t('until.day'), kind: 'date', required: true }],
		check: (v) => (v.from && v.until && v.from > v.until ? [['until', t('admin.freeze.order')]] : []), act: act('freeze')
	}, t('admin.freeze')));

	const parked = (list) => section(t('admin.parked'), note(t('admin.parked.text')), messageTable(list, { caption: t('admin.parked'), none: t('admin.parked.none') }),
		list.length ? doing('secondary', 'recheck', { title: t('admin.recheck'), text: t('admin.recheck.text'), act: act('recheck') }, t('admin.recheck')) : null);

	const givenUp = (list) => section(t('admin.given_up'), note(t('admin.given_up.text')), messageTable(list, {
		caption: t('admin.given_up'), none: t('admin.given_up.none'), extra: [
			{ key: 'reason', title: t('outbox.reason'), cell: (m) => (typeof m.reason === 'string' ? m.reason : said(m, 'reason')) || '–' },
			{ key: 'act', title: t('action'), hideTitle: true, cell: (m) => doing('secondary', 'retry', { title: t('admin.retry.title', { id: m.id }), text: t('admin.retry.text'), act: act('retry', { id: m.id }) }, t('admin.retry')) }
		]
	}));

	const keys = (list, rotation, retention) => section(t('admin.keys'), note(t('admin.keys.text')), rotation?.busy ? alertBox('info', t('admin.keys.busy'), t('admin.keys.left', { n: num(rotation.left) })) : null, table({
		caption: t('admin.keys'), rows: list, none: t('admin.keys.none'), columns: [
			{ key: 'id', title: t('admin.key'), head: true, class: 'mono', cell: (x) => x.id }, { key: 'day', title: t('admin.key.day'), cell: (x) => day(x.day) }, { key: 'bodies', title: t('admin.key.bodies'), num: true, cell: (x) => num(x.bodies) }, { key: 'current', title: t('admin.key.use'), cell: (x) => yesNo(x.current, t('admin.key.current'), t('admin.key.old')) }
		]
	}), doing('secondary', 'keys-rotate', { title: t('admin.rotate'), text: t('admin.rotate.text'), act: act('keys-rotate') }, t('admin.rotate')),
	retention ? facts([t('admin.retention.bodies'), retention.bodies_days ? t('days', { n: num(retention.bodies_days) }) : t('admin.retention.always')], [t('admin.retention.refused'), retention.refused_days ? t('days', { n: num(retention.refused_days) }) : t('admin.retention.always')]) : null);

	const users = (list) => section(t('admin.users'), note(t('admin.users.text')), table({
		caption: t('admin.users'), rows: list, none: t('table.none'), columns: [
			{ key: 'user', title: t('login.user'), head: true, cell: (x) => x.user }, { key: 'name', title: t('name'), cell: (x) => x.name ?? '–' }, { key: 'role', title: t('role'), cell: (x) => badge('neutral', t(`role.${x.role}`)) },
			{ key: 'codes', title: t('parties.codes'), cell: (x) => (x.codes?.length ? x.codes.join(', ') : t('admin.users.all')) }, { key: 'last', title: t('admin.users.last'), cell: (x) => (x.last_login ? moment(x.last_login) : t('admin.users.never')) }
		]
	}));

	const run = loader(box, () => get('admin'), (x) => [
		maintenance(x.maintenance ?? { on: false }), parked(x.parked ?? []), givenUp(x.given_up ?? []), holds(x.holds ?? []), freezes(x.freezes ?? []), keys(x.keys ?? [], x.rotation, x.retention), users(x.users ?? []),
		section(t('admin.settings'), p(t('admin.reload.text')), doing('secondary', 'reload', { title: t('admin.reload'), text: t('admin.reload.text'), act: act('reload') }, t('admin.reload')))
	]);
	run();
	return { title: t('nav.beheer'), node: [heading(1, t('nav.beheer')), note(t('admin.intro')), box], stop() { clearTimeout(later); } };
}
