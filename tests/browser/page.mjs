// The page against the mock server: every view on three widths in two languages,
// and what people do with it by keyboard alone.
// usage: node page.mjs [--fast] PAGE_DIR    SCREENSHOTS=dir, VERBOSE=1
// --fast: Dutch on the narrow screen and English on the middle one, no pictures.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { axe, check, finish, fits, launch, login, noTroubles, open, settle, shot as picture, SHOTS, visit } from './lib.mjs';
import { serve } from './mock.mjs';

const fast = process.argv[2] === '--fast';
const dir = path.resolve(process.argv[fast ? 3 : 2] ?? 'build/page');
const shot = (...args) => (fast ? null : picture(...args));
const VIEWS = {
	overzicht: '#/overzicht', fouten: '#/fouten', 'fouten-afgekeurd': '#/fouten?verdict=rejected', verslag: '#/fouten/verslag', 'verslag-partij': '#/fouten/verslag?party=98001234', last: '#/fouten/last', berichten: '#/berichten?type=JW307&verdict=rejected', termijnen: '#/termijnen', einddatums: '#/einddatums', stromen: '#/stromen', 'stromen-gemeente': '#/stromen?by=gemeente', partijen: '#/partijen', beheer: '#/beheer', audit: '#/audit', onbekend: '#/nergens'
};

// ---- texts: both tables say the same things, and every text that is asked for is there ----

async function texts() {
	const read = async (name) => (await import(pathToFileURL(path.join(dir, name)))).default;
	const [nl, en] = [await read('nl.js'), await read('en.js')];
	const lacks = (x, y) => Object.keys(x).filter((k) => !(k in y));
	check('texts: nothing lacks in English', lacks(nl, en).length === 0, lacks(nl, en).join(', '));
	check('texts: nothing lacks in Dutch', lacks(en, nl).length === 0, lacks(en, nl).join(', '));
	const names = (x) => (typeof x === 'string' ? [...x.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join() : 'function');
	const differ = Object.keys(nl).filter((k) => k in en && names(nl[k]) !== names(en[k]));
	check('texts: both fill in the same values', differ.length === 0, differ.join(', '));
	const missing = new Set();
	const used = new Set();
	for (const f of fs.readdirSync(dir).filter((x) => x.endsWith('.js') && x !== 'uplot.js')) {
		const source = fs.readFileSync(path.join(dir, f), 'utf8');
		for (const [, key] of source.matchAll(/\bt\('([^']+)'/g)) {
			used.add(key);
			if (!(key in nl)) missing.add(key);
		}
		check(`sources: ${f} writes no markup`, !/innerHTML|outerHTML|insertAdjacentHTML|document\.write/.test(source));
	}
	check('texts: every text asked for exists', missing.size === 0, [...missing].join(', '));
	const source = fs.readdirSync(dir).filter((x) => x.endsWith('.js')).map((f) => fs.readFileSync(path.join(dir, f), 'utf8')).join('\n');
	const made = [...source.matchAll(/\b(?:t|has)\(`([\w.-]*)\$\{[^}]*\}([\w.-]*)`/g)].map(([, a, b]) => [a, b]);
	const chosen = [...source.matchAll(/\bt\([^`)]*\? '([^']+)' : '([^']+)'/g)].flatMap(([, a, b]) => [a, b]);
	const idle = Object.keys(nl).filter((k) => !used.has(k) && !chosen.includes(k) && !made.some(([a, b]) => k.startsWith(a) && k.endsWith(b) && k.length > a.length));
	check('texts: none is left over', idle.length === 0, idle.join(', '));
}

// ---- looks: every view, width and language ----

async function looks(browser, url) {
	for (const [width, height] of [[360, 800], [1280, 900], [1920, 1080]]) {
		for (const language of ['nl', 'en']) {
			if (fast && !(language === 'nl' && width === 360) && !(language === 'en' && width === 1280)) continue;
			const page = await open(browser, { width, height, language });
			const name = (view) => `${view}-${language}-${width}`;
			await page.goto(url);
			await page.waitForSelector('form');
			await settle(page);
			await axe(page, name('login'));
			await fits(page, name('login'));
			await shot(page, name('login'));
			await login(page, url, 'beheer');
			await settle(page);
			for (const [view, hash] of Object.entries(VIEWS)) {
				await visit(page, hash);
				await axe(page, name(view));
				await fits(page, name(view));
				noTroubles(page, name(view));
				await shot(page, name(view));
			}
			await visit(page, '#/berichten?verdict=rejected');
			await page.click('tbody th a');
			await page.waitForSelector('.findings');
			await page.click('.finding .small-button');
			await page.waitForSelector('.source .marked');
			await settle(page);
			await axe(page, name('bericht'));
			await fits(page, name('bericht'));
			noTroubles(page, name('bericht'));
			await shot(page, name('bericht'));
			await visit(page, '#/fouten');
			await page.click('tbody .row-button');
			await page.waitForSelector('dialog[open] .copy-text');
			await axe(page, name('fout-uitleg'), 'dialog');
			await fits(page, name('fout-uitleg'));
			await shot(page, name('fout-uitleg'), false);
			await page.keyboard.press('Escape');
			await page.context().close();
		}
	}
}

// ---- states: nothing there, an error, the hub away, a report that is being made ----

async function states(browser, url, play) {
	const page = await open(browser);
	await login(page, url, 'beheer');
	play.state.empty = true;
	for (const [view, hash] of Object.entries(VIEWS)) {
		await visit(page, hash);
		await axe(page, `${view}, nothing there`);
		noTroubles(page, `${view}, nothing there`);
	}
	await visit(page, '#/overzicht');
	check('overview: says that nothing wants attention', await page.getByText('Niets vraagt nu uw aandacht').isVisible());
	play.state.empty = false;
	play.state.fail = 502;
	for (const view of ['fouten', 'berichten', 'termijnen', 'einddatums', 'stromen', 'partijen', 'beheer', 'audit']) {
		await visit(page, `#/${view}`);
		check(`${view}: an error is told in words`, await page.locator('main [role=alert]').first().getByText('De hub antwoordt niet').isVisible());
	}
	await axe(page, 'an error');
	play.state.fail = null;
	await page.getByRole('button', { name: 'Probeer opnieuw' }).click();
	await page.waitForSelector('main table');
	check('an error: trying again works', (await page.locator('main [role=alert]').count()) === 0);
	play.state.computing = true;
	await visit(page, '#/stromen');
	check('flows: says that they are being computed', await page.getByText('De cijfers worden berekend').first().isVisible());
	play.state.computing = false;
	await page.waitForSelector('.panels canvas', { timeout: 8000 });
	check('flows: come by themselves', true);
	play.state.hub = 'down';
	await visit(page, '#/overzicht');
	await page.waitForSelector('.hub-banner [role=alert]');
	await axe(page, 'hub down');
	await shot(page, 'hub-down-nl-1280');
	play.state.hub = 'up';
	await page.waitForFunction(() => !document.querySelector('.hub-banner [role=alert]'));
	check('hub down: the banner goes by itself', true);
	noTroubles(page, 'states');
	await page.context().close();

	// Without server-sent events the page asks by itself, and says so.
	play.state.quiet = true;
	const asking = await open(browser);
	await login(asking, url, 'beheer');
	await asking.getByText('elke 30 seconden').waitFor();
	check('live: without events the page asks by itself', (await asking.locator('.attention li').count()) > 0);
	play.state.quiet = false;
	await asking.context().close();

	// Who does nothing for long is warned before the session ends.
	const idle = await open(browser);
	await idle.clock.install();
	await login(idle, url, 'beheer');
	await idle.clock.fastForward('28:30');
	await idle.getByText('Bent u er nog?').waitFor();
	await axe(idle, 'idle', 'dialog');
	await idle.getByRole('button', { name: 'Aangemeld blijven' }).click();
	await idle.waitForFunction(() => !document.querySelector('dialog'));
	check('idle: one can stay', await idle.isVisible('.main-nav'));
	await idle.clock.fastForward('28:30');
	await idle.getByText('Bent u er nog?').waitFor();
	await idle.clock.fastForward('03:00');
	await idle.getByText('U bent uitgelogd').waitFor();
	check('idle: after that one is logged out', true);
	await idle.context().close();
}

// ---- the keyboard alone ----

const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
async function tabTo(page, test, most = 60) {
	for (let i = 0; i < most; i++) {
		await page.keyboard.press('Tab');
		if (await page.evaluate(test)) return true;
	}
	return false;
}
async function keyboard(browser, url) {
	const page = await open(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
	await page.goto(url);
	await page.waitForSelector('input');
	check('keyboard: the user name has the focus', await page.evaluate(() => document.activeElement.name === 'user'));
	await page.keyboard.press('Enter');
	check('keyboard: an empty login is explained, with the focus on it', (await focused(page)).includes('Er kloppen 2 dingen niet'));
	await axe(page, 'login with errors');
	await page.focus('input[name=user]');
	await page.keyboard.type('beheer');
	await page.keyboard.press('Tab');
	await page.keyboard.type('fout');
	await page.keyboard.press('Enter');
	await page.getByText('Gebruikersnaam of wachtwoord klopt niet').waitFor();
	check('keyboard: after a wrong password its field has the focus', await page.evaluate(() => document.activeElement.name === 'password'));
	await page.keyboard.type('demo');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.main-nav');
	await settle(page);

	await page.reload();
	await page.waitForSelector('.main-nav');
	await settle(page);
	await page.keyboard.press('Tab');
	check('keyboard: the skip link comes first', (await focused(page)) === 'Direct naar de inhoud');
	check('keyboard: the skip link can be seen', await page.evaluate(() => document.activeElement.getBoundingClientRect().top >= 0));
	await page.keyboard.press('Enter');
	check('keyboard: it leads to the heading', (await focused(page)) === 'Overzicht');

	await page.focus('.brand');
	check('keyboard: the menu is reached', await tabTo(page, () => document.activeElement.dataset?.page === 'berichten'));
	await page.keyboard.press('Enter');
	await page.waitForSelector('main table');
	check('keyboard: a new view has the focus on its heading', (await focused(page)) === 'Berichten');
	check('keyboard: its title is told', (await page.title()).startsWith('Berichten'));
	check('keyboard: the outcome is reached', await tabTo(page, () => document.activeElement.name === 'verdict'));
	await page.keyboard.type('Afg');
	await page.keyboard.press('Tab');
	await page.focus('select[name=verdict]');
	check('keyboard: the search button is reached', await tabTo(page, () => document.activeElement.type === 'submit'));
	await page.keyboard.press('Enter');
	await page.waitForFunction(() => location.hash.includes('verdict=rejected'));
	await settle(page);
	check('keyboard: filtering keeps the focus where it was', await page.evaluate(() => document.activeElement.type === 'submit'));
	check('keyboard: the number found is told', /berichten gevonden/.test(await page.textContent('#announcer')));
	check('filter: only rejected messages are shown', (await page.locator('tbody .badge', { hasText: 'Afgekeurd' }).count()) === (await page.locator('tbody tr').count()));
	check('keyboard: a message is reached', await tabTo(page, () => document.activeElement.matches('tbody th a')));
	await page.keyboard.press('Enter');
	await page.waitForSelector('.findings');
	check('keyboard: the message has the focus on its heading', /^JW3\d\d/.test(await focused(page)) || /^Bericht nr/.test(await focused(page)));
	await page.goBack();
	await page.waitForFunction(() => location.hash.includes('verdict=rejected'));
	check('back: the filter is as it was', (await page.inputValue('select[name=verdict]')) === 'rejected');

	await visit(page, '#/berichten');
	check('keyboard: the search by BSN is reached', await tabTo(page, () => document.activeElement.textContent === 'Zoeken op BSN'));
	await page.keyboard.press('Enter');
	await page.waitForSelector('dialog[open]');
	check('dialog: its first field has the focus', await page.evaluate(() => document.activeElement.name === 'bsn'));
	await axe(page, 'dialog', 'dialog');
	let inside = true;
	for (let i = 0; i < 12; i++) {
		await page.keyboard.press('Tab');
		inside &&= await page.evaluate(() => document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement));
	}
	check('dialog: the focus stays inside', inside);
	await page.keyboard.press('Escape');
	check('dialog: closing gives the focus back', (await focused(page)) === 'Zoeken op BSN');
	await page.keyboard.press('Enter');
	await page.keyboard.type('12');
	await page.keyboard.press('Enter');
	check('dialog: what is wrong is told', (await focused(page)).includes('Er kloppen 2 dingen niet'));
	await page.fill('dialog [name=bsn]', '999930084');
	await page.fill('dialog [name=reason]', 'Vraag van de aanbieder');
	await page.focus('dialog [name=bsn]');
	await page.keyboard.press('Enter');
	await page.waitForFunction(() => location.hash.includes('client='));
	await settle(page);
	check('BSN: never in the address', !page.url().includes('999930084'));
	check('BSN: gone from the page', !(await page.evaluate(() => document.body.innerHTML.includes('999930084') || [...document.querySelectorAll('input')].some((x) => x.value.includes('999930084')))));

	await visit(page, '#/fouten');
	await page.focus('tbody .row-button');
	const opener = await focused(page);
	await page.keyboard.press('Enter');
	await page.waitForSelector('dialog[open] .copy-text');
	await page.locator('dialog .copy-row button').click();
	await page.getByText('Gekopieerd.').waitFor();
	check('copy: the mail text is on the clipboard', /^Onderwerp: Fout /.test(await page.evaluate(() => navigator.clipboard.readText())));
	await page.keyboard.press('Escape');
	check('dialog: the focus is back on the group', (await focused(page)) === opener);

	await visit(page, '#/beheer');
	await page.getByRole('button', { name: 'Partij vasthouden' }).click();
	await page.fill('dialog [name=code]', '98005678');
	await page.keyboard.press('Enter');
	check('admin: nothing is done without a reason', await page.locator('dialog[open]').isVisible());
	await page.fill('dialog [name=reason]', 'Herstel van hun systeem');
	await page.locator('dialog button[type=submit]').click();
	await page.waitForFunction(() => !document.querySelector('dialog'));
	await page.getByRole('row', { name: /98005678/ }).waitFor();
	check('admin: what was done is there at once', true);

	await visit(page, '#/termijnen');
	await page.locator('th button.sort').first().focus();
	await page.keyboard.press('Enter');
	check('table: sorting is told', (await page.locator('th[aria-sort]').count()) > 0 && /Gesorteerd op/.test(await page.textContent('#announcer')));
	await page.click('#language');
	await page.waitForFunction(() => document.querySelector('main h1')?.textContent === 'Deadlines').catch(() => {}); // the page is made anew; the check tells
	check('language: the focus stays on its button', await page.evaluate(() => document.activeElement.id === 'language'));
	check('language: the whole page changes', (await page.textContent('main h1')) === 'Deadlines' && (await page.getAttribute('html', 'lang')) === 'en');
	noTroubles(page, 'keyboard');
	await page.context().close();
}

// ---- roles, sessions, paper ----

async function roles(browser, url) {
	const page = await open(browser);
	await login(page, url, 'partij');
	await settle(page);
	const items = await page.locator('.main-nav a').allTextContents();
	check('party: sees no administration and no audit', !items.includes('Beheer') && !items.includes('Audit'), items.join());
	await visit(page, '#/beheer');
	check('party: is told that a page is not for it', await page.getByText('niet voor uw rol').isVisible());
	await visit(page, '#/berichten');
	const rows = await page.locator('tbody tr').allTextContents();
	check('party: sees only its own', rows.length > 0 && rows.every((x) => x.includes('98001234')));
	await page.context().clearCookies();
	await page.evaluate(() => { location.hash = '#/termijnen'; });
	await page.getByText('U bent uitgelogd').waitFor();
	await axe(page, 'session ended');
	await page.fill('input[name=user]', 'inzage');
	await page.fill('input[name=password]', 'demo');
	await page.keyboard.press('Enter');
	await page.waitForSelector('main h1');
	check('session: after logging in one is where one was', (await page.textContent('main h1')) === 'Termijnen');
	await visit(page, '#/berichten');
	await page.click('tbody th a');
	await page.waitForSelector('.facts');
	await settle(page);
	check('read only: cannot unmask', (await page.getByRole('button', { name: 'Met persoonsgegevens tonen' }).count()) === 0);
	noTroubles(page, 'roles');
	await page.context().close();
}
async function paper(browser, url) {
	const page = await open(browser);
	await login(page, url, 'beheer');
	for (const [view, hash] of [['verslag', '#/fouten/verslag?party=98001234'], ['overzicht', '#/overzicht'], ['berichten', '#/berichten']]) {
		await visit(page, hash);
		const pdf = await page.pdf({ format: 'A4', printBackground: false, ...(fast ? {} : { path: path.join(SHOTS, `${view}.pdf`) }) });
		check(`paper: ${view} prints`, pdf.length > 10000 && pdf.subarray(0, 5).toString() === '%PDF-');
	}
	await page.emulateMedia({ media: 'print' });
	check('paper: no menu, no buttons', !(await page.isVisible('.main-nav')) && (await page.locator('button:visible').count()) === 0);
	await page.context().close();
}

const started = Date.now();
await texts();
const browser = await launch();
const play = await serve(dir);
try {
	for (const part of [looks, states, keyboard, roles, paper]) {
		if (process.env.ONLY && !process.env.ONLY.split(',').includes(part.name)) continue;
		try {
			await part(browser, play.url, play);
		} catch (e) {
			check(`${part.name}: runs to its end`, false, e.stack.split('\n').slice(0, 6).join(' '));
		}
	}
} finally {
	await browser.close();
	play.close();
}
console.log(`browser: ${Math.round((Date.now() - started) / 1000)} s`);
process.exit(finish() ? 0 : 1);
