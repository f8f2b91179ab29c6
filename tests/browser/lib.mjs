// What the browser tests share: a browser, a page that tells its troubles, checks.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const ROOT = path.resolve(here, '../..');
const require = createRequire(path.join(process.env.BROWSER_MODULES ?? path.join(ROOT, 'build/npm/browser'), 'package.json'));
const { chromium } = require('playwright-core');
const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const SHOTS = path.resolve(process.env.SCREENSHOTS ?? path.join(ROOT, 'build/screenshots'));
const QUIET = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

let passed = 0, failed = 0;
export function check(name, ok, detail = '') {
	ok ? passed++ : failed++;
	if (!ok || process.env.VERBOSE) console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}${ok ? '' : `: ${detail}`}`);
	return ok;
}
export function finish() {
	console.log(`browser: ${passed} checks passed, ${failed} failed`);
	return failed === 0;
}

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: QUIET, env: { ...process.env, LANGUAGE: 'nl', LANG: 'nl_NL.UTF-8' } });

// A page in a context of its own; what goes wrong in it is gathered in page.troubles.
export async function open(browser, { width = 1280, height = 900, language = 'nl', permissions = [], insecure = false } = {}) {
	const context = await browser.newContext({ viewport: { width, height }, ignoreHTTPSErrors: insecure, permissions, timezoneId: 'Europe/Amsterdam', locale: 'nl-NL', acceptDownloads: true });
	await context.addInitScript((code) => localStorage.getItem('language') ?? localStorage.setItem('language', code), language);
	const page = await context.newPage();
	page.setDefaultTimeout(10000);
	page.troubles = [];
	page.on('pageerror', (e) => page.troubles.push(`error: ${e.message}`));
	page.on('console', (m) => {
		if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) page.troubles.push(`console: ${m.text()}`);
	});
	page.on('requestfailed', (r) => {
		if (!/ERR_ABORTED/.test(r.failure()?.errorText ?? '')) page.troubles.push(`request: ${r.url()} ${r.failure()?.errorText}`);
	});
	return page;
}
export function noTroubles(page, name) {
	const list = page.troubles.splice(0);
	return check(`${name}: no errors in the console`, list.length === 0, list.join(' | '));
}

export async function settle(page) {
	await page.waitForFunction(() => !document.querySelector('.loading, [aria-busy=true]') && document.fonts.status === 'loaded');
	// uPlot is loaded when the first chart is: its canvases come after that.
	await page.waitForFunction(() => [...document.querySelectorAll('.plot')].every((x) => x.offsetParent === null || x.querySelector('canvas')));
	await page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))));
}
export async function axe(page, name, within = undefined) {
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
	const found = await page.evaluate(async (root) => (await window.axe.run(root ?? document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] })).violations.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes.slice(0, 2).map((n) => `${n.target.join(' ')} ${n.failureSummary?.split('\n').slice(1, 3).join(' ')}`).join('; ')}`), within);
	return check(`${name}: axe finds no violation`, found.length === 0, found.join('\n         '));
}
export async function fits(page, name) {
	const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
	return check(`${name}: nothing scrolls sideways`, wide <= room, `${wide} in ${room}`);
}
export async function shot(page, name, full = true) {
	fs.mkdirSync(SHOTS, { recursive: true });
	await page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: full });
}
export async function login(page, url, user, password = 'demo') {
	await page.goto(url);
	await page.fill('input[name=user]', user);
	await page.fill('input[name=password]', password);
	await page.click('form button[type=submit]');
	await page.waitForSelector('.main-nav', { state: 'attached' });
}
export async function visit(page, hash) {
	await page.evaluate((h) => { location.hash = h; }, hash);
	await page.waitForSelector('main h1');
	await settle(page);
}
