// The page in front of a real hub (real.sh starts it): roles, every view with
// real traffic behind it, and the story of a supplier who calls.
// usage: node real.mjs URL PASSWORD
import { axe, check, finish, fits, launch, login, noTroubles, open, settle, shot, visit } from './lib.mjs';

const [url, password] = process.argv.slice(2);
const BSN = '999930084';
const VIEWS = ['overzicht', 'fouten', 'fouten/verslag', 'fouten/last', 'berichten', 'termijnen', 'einddatums', 'stromen', 'partijen', 'beheer', 'audit'];
const inside = { insecure: true };
const focusless = (page) => page.evaluate(() => document.activeElement?.blur());

// Reports are computed in the background: their view says so and comes by itself.
async function ready(page, hash) {
	await visit(page, hash);
	if (hash.startsWith('#/stromen')) await page.waitForSelector('.panels canvas, .empty', { timeout: 60000 });
	if (hash.startsWith('#/fouten/last')) await page.waitForSelector('.tiles, .empty', { timeout: 60000 });
	await settle(page);
}
const troubled = (page) => page.locator('main [role=alert]').allTextContents();

async function views(browser) {
	for (const width of [360, 1280, 1920]) {
		const page = await open(browser, { ...inside, width });
		await login(page, url, 'beheerder', password);
		for (const view of VIEWS) {
			const name = `echt-${view.replace('/', '-')}-${width}`;
			await ready(page, `#/${view}`);
			const wrong = await troubled(page);
			check(`${name}: no error is shown`, wrong.length === 0, wrong.join(' | '));
			await axe(page, name);
			await fits(page, name);
			noTroubles(page, name);
			await focusless(page);
			await shot(page, name);
		}
		await page.context().close();
	}
}

// What the views must say, with what was sent.
async function contents(browser) {
	const page = await open(browser, inside);
	await login(page, url, 'beheerder', password);
	await page.waitForSelector('.live-dot');
	check('overview: is live', /Live, bijgewerkt om/.test(await page.textContent('.live-mark')));
	const tile = async (label) => Number((await page.locator('.tile', { has: page.locator(`.tile-label:text-is("${label}")`) }).first().locator('.tile-value').textContent()).replace(/\D/g, ''));
	check('overview: what was rejected is counted', (await tile('Afgekeurd')) >= 3);
	check('overview: what was refused is counted', (await tile('Geweigerd')) >= 7);
	check('overview: what waits is counted', (await tile('Wacht op bezorging')) >= 3);
	check('overview: the queue of the absent party', await page.getByRole('row', { name: /Aanbieder B, ambulant/ }).first().isVisible());
	await ready(page, '#/fouten?verdict=refused');
	check('faults: the refusal of who sends for another', await page.getByText('De hub heeft het bericht niet doorgelaten').first().isVisible());
	await ready(page, '#/berichten?code=BRS03');
	check('search: by delivery code', (await page.locator('tbody tr').count()) === 1);
	await ready(page, '#/berichten?verdict=refused&sender=0363&rule=XSD');
	check('search: fields combine', (await page.locator('tbody tr').count()) === 5, String(await page.locator('tbody tr').count()));
	await page.getByRole('button', { name: 'Filter wissen' }).click();
	await page.waitForFunction(() => !location.hash.includes('?'));
	await settle(page);
	await page.getByRole('button', { name: 'Zoeken op BSN' }).click();
	await page.fill('dialog [name=bsn]', BSN);
	await page.fill('dialog [name=reason]', 'Vraag van de gemeente over deze jeugdige');
	await page.locator('dialog button[type=submit]').click();
	await page.waitForFunction(() => location.hash.includes('client='));
	await settle(page);
	check('search by BSN: finds the messages of the client', (await page.locator('tbody tr').count()) >= 5);
	check('search by BSN: the number is nowhere', !page.url().includes(BSN) && !(await page.evaluate((x) => document.body.innerHTML.includes(x), BSN)));
	await ready(page, '#/einddatums');
	check('open ends: there are some', (await page.locator('tbody tr').count()) > 0);
	await ready(page, '#/stromen');
	check('flows: three readings', (await page.locator('.panel').count()) === 3);
	await ready(page, '#/fouten/verslag?party=98001234');
	check('report: of the party that was asked', /Aanbieder A/.test(await page.textContent('main')));
	const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Downloaden als CSV' }).click()]);
	check('report: comes as CSV', /\.csv$/.test(csv.suggestedFilename()), csv.suggestedFilename());
	await ready(page, '#/partijen');
	await page.getByRole('button', { name: 'Testen van de verbinding met Aanbieder A, jeugd-ggz' }).click();
	await page.locator('dialog').getByText('De verbinding werkt.').waitFor();
	check('parties: the connection is tested', true);
	await page.keyboard.press('Escape');
	noTroubles(page, 'contents');
	await page.context().close();
}

async function roles(browser) {
	const page = await open(browser, inside);
	await page.goto(url);
	await page.fill('input[name=user]', 'beheerder');
	await page.fill('input[name=password]', 'niet het wachtwoord');
	await page.click('form button[type=submit]');
	await page.getByText('Inloggen is niet gelukt').waitFor();
	check('login: a wrong password is refused', true);
	await login(page, url, 'partij', password);
	await settle(page);
	const items = await page.locator('.main-nav a').allTextContents();
	check('party: no administration, no audit', !items.includes('Beheer') && !items.includes('Audit'), items.join());
	await ready(page, '#/berichten');
	const rows = await page.locator('tbody tr').allTextContents();
	check('party: only messages of its own', rows.length > 0 && rows.every((x) => x.includes('98001234')), rows.find((x) => !x.includes('98001234')));
	const answer = await page.evaluate(async () => (await fetch('/api/messages?sender=0363&receiver=98005678')).json());
	check('party: the server gives it nothing else', answer.messages?.length === 0, JSON.stringify(answer).slice(0, 200));
	for (const path of ['admin', 'audit']) check(`party: may not see ${path}`, (await page.evaluate(async (p) => (await fetch(`/api/${p}`)).status, path)) === 403);
	for (const view of ['overzicht', 'fouten', 'termijnen', 'einddatums', 'stromen', 'partijen']) {
		await ready(page, `#/${view}`);
		const wrong = await troubled(page);
		check(`party: ${view} works`, wrong.length === 0, wrong.join(' | '));
	}
	await shot(page, 'echt-partij-1280');
	noTroubles(page, 'party');
	await page.getByRole('button', { name: 'Uitloggen' }).click();
	await page.waitForSelector('input[name=user]');
	check('logout: the session is gone', (await page.evaluate(async () => (await fetch('/api/me')).status)) === 401);
	await login(page, url, 'inzage', password);
	await ready(page, '#/berichten?verdict=rejected');
	await page.click('tbody th a');
	await page.waitForSelector('.facts');
	await settle(page);
	check('read only: cannot unmask', (await page.getByRole('button', { name: 'Met persoonsgegevens tonen' }).count()) === 0);
	check('read only: can do nothing', (await page.evaluate(async () => {
		const me = await (await fetch('/api/me')).json();
		return (await fetch('/api/admin/recheck', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': me.csrf }, body: '{"reason":"zomaar eens"}' })).status;
	})) === 403);
	await page.context().close();
}

// A supplier calls: "one of our messages was refused, what is wrong with it?"
async function story(browser) {
	const page = await open(browser, { ...inside, permissions: ['clipboard-read', 'clipboard-write'] });
	const reason = 'Leverancier belt over afgekeurde stop';
	const copied = () => page.evaluate(() => navigator.clipboard.readText());
	await login(page, url, 'beheerder', password);
	await settle(page);
	await page.getByRole('link', { name: 'Fouten', exact: true }).click();
	await page.waitForSelector('main table');
	await page.getByRole('link', { name: /^Afgekeurd/ }).click();
	await page.waitForFunction(() => location.hash.includes('verdict=rejected'));
	await settle(page);
	const group = page.getByRole('row', { name: /Aanbieder A/ }).first();
	check('story: the group of the caller is there', await group.isVisible());
	await group.locator('.row-button').click();
	await page.waitForSelector('dialog[open] .copy-text');
	await axe(page, 'story: explanation', 'dialog');
	await shot(page, 'echt-verhaal-1-uitleg', false);
	await page.locator('dialog .copy-row button').click();
	await page.getByText('Gekopieerd.').waitFor();
	const mail = await copied();
	check('story: the mail names the fault and holds no BSN', /Onderwerp: /.test(mail) && mail.length > 200 && !mail.includes(BSN), mail.slice(0, 200));
	await page.keyboard.press('Escape');
	await group.locator('td a').first().click();
	await page.waitForFunction(() => location.hash.startsWith('#/berichten'));
	await settle(page);
	check('story: the messages of the group', (await page.locator('tbody tr').count()) >= 3);
	await page.click('tbody th a');
	await page.waitForSelector('.findings');
	await settle(page);
	const id = /berichten\/(\d+)/.exec(page.url())[1];
	check('story: it says what is wrong and what to do', (await page.textContent('.finding')).includes('Wat te doen:'));
	await page.locator('.section', { hasText: 'Uitleg voor aan de telefoon' }).getByRole('button', { name: 'Kopiëren' }).click();
	await page.getByText('Gekopieerd.').waitFor();
	const phone = await copied();
	check('story: the phone text is whole and holds no BSN', phone.length > 60 && !phone.includes(BSN), phone);
	await page.getByRole('button', { name: /^Bericht tonen/ }).click();
	await page.waitForSelector('.source');
	const hidden = await page.textContent('.source');
	check('story: the body is masked', hidden.includes('Bericht') && !hidden.includes(BSN));
	check('story: the line of the finding is marked', (await page.locator('.source .marked').count()) > 0);
	await axe(page, 'story: the message, masked');
	await shot(page, 'echt-verhaal-2-bericht');
	await page.getByRole('button', { name: 'Met persoonsgegevens tonen' }).click();
	await page.locator('dialog button[type=submit]').click();
	check('story: without a reason nothing is shown', await page.locator('dialog[open]').isVisible());
	await page.fill('dialog [name=reason]', reason);
	await page.locator('dialog button[type=submit]').click();
	await page.waitForFunction((bsn) => document.querySelector('.source')?.textContent.includes(bsn), BSN);
	check('story: with a reason it is', true);
	await page.waitForFunction(() => !document.querySelector('dialog'));
	await ready(page, `#/audit?message=${id}`);
	const row = page.getByRole('row', { name: new RegExp(reason) }).first();
	check('story: the audit log tells who looked, at what and why', (await row.isVisible()) && (await row.textContent()).includes('beheerder'));
	check('story: the audit log holds no BSN', !(await page.textContent('main')).includes(BSN));
	await page.getByRole('button', { name: 'Controleer de keten' }).click();
	await page.getByText('De keten klopt').waitFor();
	await axe(page, 'story: audit');
	await shot(page, 'echt-verhaal-3-audit');
	noTroubles(page, 'story');
	await page.context().close();
}

// What an administrator does, and that everybody sees it.
async function acts(browser) {
	const page = await open(browser, inside);
	await login(page, url, 'beheerder', password);
	const act = async (name, fields, text) => {
		await page.getByRole('button', { name }).first().click();
		for (const [field, value] of Object.entries(fields)) await page.fill(`dialog [name=${field}]`, value);
		await page.fill('dialog [name=reason]', text);
		await page.locator('dialog button[type=submit]').click();
		await page.waitForFunction(() => !document.querySelector('dialog'));
		await settle(page);
	};
	await ready(page, '#/beheer');
	await act('Partij vasthouden', { code: '98005678' }, 'Hun systeem wordt hersteld');
	await page.getByRole('row', { name: /98005678/ }).filter({ hasText: 'Hun systeem' }).waitFor();
	check('admin: a party is on hold', true);
	await act('Vrijgeven', {}, 'Het systeem werkt weer');
	await page.getByText('Er wordt niets vastgehouden.').waitFor();
	check('admin: and released', true);
	await act('Onderhoud beginnen', { text: 'Onderhoud tot twaalf uur' }, 'Nieuwe versie');
	await page.locator('.hub-banner').getByText('Onderhoud tot twaalf uur').waitFor();
	check('admin: maintenance is told on every page', true);
	await shot(page, 'echt-onderhoud-1280');
	await act('Onderhoud beëindigen', {}, 'Klaar');
	await page.waitForFunction(() => !document.querySelector('.hub-banner .alert'));
	check('admin: and over', true);
	await ready(page, '#/audit');
	check('admin: every act is in the audit log', /Hun systeem wordt hersteld/.test(await page.textContent('main')) && /Nieuwe versie/.test(await page.textContent('main')));
	noTroubles(page, 'admin');
	// Last of all: the hub goes away, and the page says so by itself.
	if (process.env.HUB_PID) {
		await visit(page, '#/overzicht');
		process.kill(Number(process.env.HUB_PID), 'SIGTERM');
		await page.waitForSelector('.hub-banner [role=alert]', { timeout: 20000 });
		check('hub gone: the page says so', true);
		await axe(page, 'hub gone');
		await ready(page, '#/berichten');
		check('hub gone: what is kept can still be seen', (await page.locator('tbody tr').count()) > 0);
		await shot(page, 'echt-hub-weg-1280');
	}
	await page.context().close();
}

const started = Date.now();
const browser = await launch();
try {
	for (const part of [views, contents, roles, story, acts]) {
		if (process.env.ONLY && !process.env.ONLY.split(',').includes(part.name)) continue;
		try {
			await part(browser);
		} catch (e) {
			check(`${part.name}: runs to its end`, false, e.stack.split('\n').slice(0, 6).join(' '));
		}
	}
} finally {
	await browser.close();
}
console.log(`browser: ${Math.round((Date.now() - started) / 1000)} s`);
process.exit(finish() ? 0 : 1);
