// Start, shell and router.  A view is an address after the #, so that it can be
// linked and Back works: #/berichten?verdict=rejected, #/berichten/123.
import { ApiError, get, lastUse, onSessionEnd, post, setCsrf } from './api.js';
import { h, replace } from './dom.js';
import { momentText } from './format.js';
import { language, setLanguage, t } from './i18n.js';
import { listen, live, start as startLive, stop as stopLive } from './live.js';
import { alertBox, announcer, button, dialog, errorBox, heading, icon, p, toastArea } from './ui.js';
import { login } from './login.js';
import * as overzicht from './overzicht.js';
import * as fouten from './fouten.js';
import * as berichten from './berichten.js';
import * as bericht from './bericht.js';
import * as termijnen from './termijnen.js';
import * as einddatums from './einddatums.js';
import * as stromen from './stromen.js';
import * as partijen from './partijen.js';
import * as beheer from './beheer.js';
import * as audit from './audit.js';

// needs: what /api/me must list in `can`, for whoever is no beheerder or inzage.
const PAGES = [
	{ path: 'overzicht', module: overzicht },
	{ path: 'fouten', module: fouten },
	{ path: 'berichten', module: berichten, detail: bericht },
	{ path: 'termijnen', module: termijnen },
	{ path: 'einddatums', module: einddatums },
	{ path: 'stromen', module: stromen },
	{ path: 'partijen', module: partijen },
	{ path: 'beheer', module: beheer, needs: 'manage' },
	{ path: 'audit', module: audit, needs: 'audit' }
];

const app = document.getElementById('app');
let me = null, shown = null, shell = null, idle = null;

const allowed = (page) => !page.needs || me.can.includes(page.needs);

function route() {
	const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
	const [name, ...args] = path.split('/').map(decodeURIComponent);
	return { name: name || 'overzicht', args, query: Object.fromEntries(new URLSearchParams(query)) };
}

// ---- the shell: skip link, header, navigation ----

function languageButton() {
	const other = language() === 'nl' ? 'en' : 'nl';
	return h('button', {
		type: 'button', class: 'utrecht-button utrecht-button--subtle', lang: other, id: 'language',
		onclick: async () => {
			await setLanguage(other);
			restart();
			document.getElementById('language')?.focus();
		}
	}, other === 'nl' ? 'Nederlands' : 'English');
}
function hubMark() {
	const mark = h('a', { class: 'hub-mark', href: '#/overzicht' });
	const draw = () => {
		const state = live.overview?.hub?.state ?? 'unknown';
		mark.dataset.state = state;
		const shape = { up: 'check', maintenance: 'pause', stopping: 'pause', down: 'octagon', unknown: 'clock' }[state] ?? 'clock';
		replace(mark, icon(shape), t(`hub.${state}`));
	};
	draw();
	return [mark, listen(draw)];
}
// The hub does not answer: said on every page, for as long as it lasts.
function hubBanner() {
	const box = h('div', { class: 'hub-banner' });
	let was = null;
	const draw = () => {
		const hub = live.overview?.hub;
		const state = hub?.state ?? null;
		if (state === was) return;
		was = state;
		if (state === 'down') replace(box, alertBox('error', t('banner.down.title'), t('banner.down.text', { since: momentText(hub.since) })));
		else if (state === 'maintenance') replace(box, alertBox('warning', t('banner.maintenance.title'), hub.text || t('banner.maintenance.text')));
		else if (state === 'stopping') replace(box, alertBox('warning', t('banner.stopping.title'), t('banner.stopping.text')));
		else replace(box);
	};
	draw();
	return [box, listen(draw)];
}
async function logout() {
	try {
		await post('logout');
	} finally {
		leave();
	}
}
function buildShell() {
	const main = h('main', { id: 'main', tabindex: '-1' });
	const [mark, stopMark] = hubMark();
	const [banner, stopBanner] = hubBanner();
	const list = h('ul', null, PAGES.filter(allowed).map((x) => h('li', null, h('a', { href: `#/${x.path}`, 'data-page': x.path }, t(`nav.${x.path}`)))));
	const nav = h('nav', { class: 'main-nav', id: 'nav', 'aria-label': t('nav') }, list);
	const toggle = h('button', {
		type: 'button', class: 'utrecht-button utrecht-button--secondary-action menu-button', 'aria-expanded': 'false', 'aria-controls': 'nav',
		onclick: () => {
			const open = nav.classList.toggle('open');
			toggle.setAttribute('aria-expanded', String(open));
		}
	}, icon('menu'), t('menu'));
	list.addEventListener('click', () => {
		nav.classList.remove('open');
		toggle.setAttribute('aria-expanded', 'false');
	});
	const header = h('header', { class: 'page-head' }, h('div', { class: 'head-row' },
		h('a', { class: 'brand', href: '#/overzicht' }, h('img', { src: '/static/icon.svg', alt: '', width: 36, height: 36 }), h('span', null, h('strong', null, t('product')), h('span', { class: 'brand-sub' }, me.hub_name ?? ''))),
		h('div', { class: 'head-tools' }, mark,
			h('span', { class: 'who' }, me.name || me.user, h('span', { class: 'who-role' }, t(`role.${me.role}`))),
			languageButton(), h('button', { type: 'button', class: 'utrecht-button utrecht-button--subtle', onclick: logout }, icon('out'), t('logout')), toggle)));
	const skip = h('a', { class: 'utrecht-skip-link skip', href: '#main', onclick: (e) => { e.preventDefault(); focusHeading(); } }, t('skip'));
	const footer = h('footer', { class: 'page-foot' }, h('p', null, `ijwd ${me.version ?? ''} · `, h('a', { class: 'utrecht-link utrecht-link--html-a', href: '/static/licences.txt' }, t('licences')), ' · ', h('a', { class: 'utrecht-link utrecht-link--html-a', href: '/api/openapi.yaml' }, t('openapi'))));
	replace(app, skip, header, h('div', { class: 'frame' }, nav, h('div', { class: 'column' }, banner, main, footer)), announcer(), toastArea());
	return { main, nav, stop: () => { stopMark(); stopBanner(); } };
}

// ---- moving between views ----

function title(text) {
	document.title = `${text} – ${t('product')}`;
}
function focusHeading() {
	const first = shell.main.querySelector('h1');
	first?.setAttribute('tabindex', '-1');
	first?.focus({ preventScroll: true });
	scrollTo(0, 0);
}
function go(path, query, { replaceState = false } = {}) {
	const q = new URLSearchParams(Object.entries(query ?? {}).filter(([, v]) => v !== '' && v !== null && v !== undefined)).toString();
	const hash = `#/${path}${q ? `?${q}` : ''}`;
	if (hash === location.hash) return shown?.view.update?.(route().query);
	if (replaceState) {
		history.replaceState(null, '', hash);
		return show();
	}
	location.hash = hash;
}
let first = true;
function show() {
	if (!me) return;
	const { name, args, query } = route();
	const page = PAGES.find((x) => x.path === name);
	const key = [name, ...args].join('/');
	for (const link of shell.nav.querySelectorAll('a')) {
		if (link.dataset.page === name) link.setAttribute('aria-current', args.length && page?.detail ? 'true' : 'page');
		else link.removeAttribute('aria-current');
	}
	if (shown?.key === key && shown.view.update) {
		shown.view.update(query);
		return;
	}
	shown?.view.stop?.();
	let view;
	if (!page || !allowed(page)) {
		const text = page ? t('page.not-allowed') : t('page.unknown');
		view = { title: t('page.unknown.title'), node: [heading(1, t('page.unknown.title')), p(text), p(h('a', { class: 'utrecht-link utrecht-link--html-a', href: '#/overzicht' }, t('page.back')))] };
	} else {
		const module = args.length && page.detail ? page.detail : page.module;
		try {
			view = module.page({ me, args, query, go, title, can: (what) => me.can.includes(what) });
		} catch (e) {
			view = { title: t('error.title'), node: [heading(1, t('error.title')), errorBox(e)] };
		}
	}
	shown = { key, view };
	replace(shell.main, view.node);
	title(view.title);
	if (!first) focusHeading();
	first = false;
}
addEventListener('hashchange', show);

// ---- the session ----

function watchIdle() {
	clearInterval(idle);
	if (!me.idle_minutes) return;
	let open = null;
	idle = setInterval(() => {
		const left = me.idle_minutes * 60000 - (Date.now() - lastUse());
		if (left <= 0 && open) return leave(true);
		if (left > 120000 || open) return;
		open = dialog(t('idle.title'), [p(t('idle.text')), button('primary', t('idle.stay'), async () => {
			try {
				await get('me');
				open?.close();
			} catch (e) {
				if (e instanceof ApiError && e.status !== 401) open?.close();
			}
		})], { onclose: () => { open = null; } });
	}, 15000);
}
function leave(ended = false) {
	if (!me) return;
	clearInterval(idle);
	stopLive();
	shown?.view.stop?.();
	shell?.stop();
	for (const d of document.querySelectorAll('dialog')) d.close();
	me = shown = shell = null;
	setCsrf(null);
	showLogin(ended);
}
function showLogin(ended) {
	document.documentElement.lang = language();
	document.title = `${t('login.title')} – ${t('product')}`;
	replace(app, login({ ended, language: languageButton(), done: enter }));
	const target = app.querySelector(ended ? '.alert' : 'input');
	if (ended) target?.setAttribute('tabindex', '-1');
	target?.focus();
}
// resumed: the page was loaded with a session; then focus starts at its top, as for any page.
function enter(who, resumed = false) {
	me = who;
	setCsrf(me.csrf);
	document.documentElement.lang = language();
	shell = buildShell();
	startLive(() => leave(true));
	watchIdle();
	first = resumed;
	show();
}
// Draws everything anew in the other language, where the user was.
function restart() {
	if (!me) return showLogin(false);
	document.documentElement.lang = language();
	shown?.view.stop?.();
	shell.stop();
	shown = null;
	shell = buildShell();
	first = true;
	show();
}
onSessionEnd(() => leave(true));

async function begin() {
	document.documentElement.lang = language();
	try {
		enter(await get('me', null, { quiet: true }), true);
	} catch (e) {
		if (e instanceof ApiError && e.status === 401) return showLogin(false);
		replace(app, h('main', { class: 'login' }, heading(1, t('product')), errorBox(e, begin)));
	}
}
begin();
