// Puts the page together: usage: node vendor.mjs MODULES OUT
//
// Our own files are copied as they are.  Of the design system only what our
// sources name is kept: rules whose class occurs in them, and of the theme the
// tokens that those rules (or app.css) reach.  The licences travel along.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [modules, out] = process.argv.slice(2);
if (!out) {
	console.error('usage: node vendor.mjs MODULES OUT');
	process.exit(2);
}
const here = path.dirname(fileURLToPath(import.meta.url));
const own = fs.readdirSync(here).filter((f) => /\.(html|js|css|svg)$/.test(f));
const read = (...p) => fs.readFileSync(path.join(...p), 'utf8');
const from = (...p) => path.join(modules, ...p);
const sources = own.map((f) => read(here, f)).join('\n');

// Splits a style sheet into [prelude, body] pairs; comments go.
function* blocks(css) {
	let i = 0;
	while (i < css.length) {
		const open = css.indexOf('{', i);
		if (open < 0) return;
		let depth = 1, end = open + 1;
		for (; end < css.length && depth > 0; end++)
			depth += css[end] === '{' ? 1 : css[end] === '}' ? -1 : 0;
		yield [css.slice(i, open).trim(), css.slice(open + 1, end - 1)];
		i = end;
	}
}
// Selectors are parted at commas outside brackets.
function selectors(prelude) {
	const list = [''];
	let depth = 0;
	for (const c of prelude) {
		depth += c === '(' || c === '[' ? 1 : c === ')' || c === ']' ? -1 : 0;
		if (c === ',' && depth === 0) list.push('');
		else list[list.length - 1] += c;
	}
	return list.map((s) => s.trim().replace(/\s+/g, ' '));
}
// Two classes of ours that never stand on one element; and states that only other markup has.
const NEVER = /(secondary-action|subtle)\.utrecht-button--danger|:user-invalid|\[type=(url|email|tel) i\]|\[pattern=/;
const used = (selector) => {
	if (NEVER.test(selector)) return false;
	const outside = selector.replace(/:not\([^)]*\)/g, '');
	return [...outside.matchAll(/\.([\w-]+)/g)].every(([, name]) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(sources));
};
function kept(css) {
	let text = '';
	for (const [prelude, body] of blocks(css)) {
		if (prelude.startsWith('@media')) {
			const inner = kept(body);
			if (inner && !prelude.includes('-ms-high-contrast: active)\n')) text += `${prelude.replace(/\s+/g, ' ')} {\n${inner}}\n`;
			continue;
		}
		if (prelude.startsWith('@')) {
			text += `${prelude} {${body}}\n`;
			continue;
		}
		const live = selectors(prelude).filter(used);
		const lines = body.split(';').map((l) => l.trim()).filter(Boolean);
		if (live.length && lines.length) text += `${live.join(',')}{${lines.map((l) => l.replace(/:\s+/, ':')).join(';')}}\n`;
	}
	return text;
}
const bare = (css) => css.replace(/\/\*[\s\S]*?\*\//g, '');

function components() {
	const names = Object.keys(JSON.parse(read(here, 'package.json')).dependencies).filter((n) => n.startsWith('@utrecht/'));
	let text = '/* @license EUPL-1.2; Copyright (c) Frameless B.V., Gemeente Utrecht; from @utrecht/*-css, see licences.txt */\n';
	for (const n of names) text += kept(bare(read(from(n), 'dist', 'index.css')));
	return text;
}
function theme(css) {
	const tokens = new Map();
	for (const [, name, value] of bare(read(from('@nl-design-system-unstable/voorbeeld-design-tokens'), 'dist', 'theme.css')).matchAll(/(--[\w-]+):\s*([^;]+);/g))
		tokens.set(name, value);
	const wanted = new Set();
	const want = (text) => {
		for (const [, name] of text.matchAll(/var\(\s*(--[\w-]+)/g))
			if (tokens.has(name) && !wanted.has(name)) {
				wanted.add(name);
				want(tokens.get(name));
			}
	};
	want(css + sources);
	let text = '/* @license EUPL-1.2; Copyright (c) NL Design System Community; from voorbeeld-design-tokens, see licences.txt */\n.voorbeeld-theme {\n';
	for (const [name, value] of tokens) if (wanted.has(name)) text += `${name}:${value};\n`;
	return `${text}}\n`;
}
function licences() {
	let text = 'What the page of ijw-dashboard is made with.\nIts own files: EUPL-1.2, as the whole of ijwd.\n';
	const part = (title, file) => {
		text += `\n${'='.repeat(72)}\n${title}\n${'='.repeat(72)}\n\n${read(file).trim()}\n`;
	};
	part('@utrecht/*-css, design system components, and\n@nl-design-system-unstable/voorbeeld-design-tokens, the theme (EUPL-1.2)', from('@utrecht/button-css/LICENSE.md'));
	part('uPlot: charts (MIT)', from('uplot/LICENSE'));
	part('Noto Sans: typeface (OFL-1.1)', from('@fontsource/noto-sans/LICENSE'));
	return text;
}

fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });
for (const f of own) fs.copyFileSync(path.join(here, f), path.join(out, f));
const css = components();
fs.writeFileSync(path.join(out, 'components.css'), css);
fs.writeFileSync(path.join(out, 'theme.css'), theme(css));
fs.writeFileSync(path.join(out, 'licences.txt'), licences());
fs.writeFileSync(path.join(out, 'uplot.js'), `${read(from('uplot/dist/uPlot.iife.min.js')).trimEnd()}\nexport default uPlot;\n`);
fs.copyFileSync(from('uplot/dist/uPlot.min.css'), path.join(out, 'uplot.css'));
for (const weight of [400, 700])
	fs.copyFileSync(from(`@fontsource/noto-sans/files/noto-sans-latin-${weight}-normal.woff2`), path.join(out, `noto-sans-${weight}.woff2`));

let total = 0;
for (const f of fs.readdirSync(out)) total += fs.statSync(path.join(out, f)).size;
console.log(`  page  ${out}: ${fs.readdirSync(out).length} files, ${Math.round(total / 1024)} KB`);
