// The parts that pages are made of, in the classes of the design system.
import { ApiError } from './api.js';
import { h, replace, s, uid } from './dom.js';
import { num, percent, shortDay } from './format.js';
import { t } from './i18n.js';

// ---- icons: always beside a word, so hidden from those who cannot see them ----

const SHAPES = {
	check: ['path', { d: 'M3 8.5l3.2 3.2L13 5' }],
	back: ['path', { d: 'M6.5 4L3 7.5 6.5 11M3.5 7.5H10a3 3 0 010 6H7' }],
	stop: ['path', { d: 'M8 2a6 6 0 100 12A6 6 0 008 2zM4 12L12 4' }],
	pause: ['path', { d: 'M5.5 3.5v9M10.5 3.5v9' }],
	dot: ['circle', { cx: 8, cy: 8, r: 5, fill: 'currentColor', stroke: 'none' }],
	triangle: ['path', { d: 'M8 2.5L14.2 13.5H1.8zM8 6.5v3.2M8 11.4v.8' }],
	octagon: ['path', { d: 'M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM8 4.8v4M8 10.6v.9' }],
	info: ['path', { d: 'M8 2a6 6 0 100 12A6 6 0 008 2zM8 7v4M8 4.6v.8' }],
	clock: ['path', { d: 'M8 2a6 6 0 100 12A6 6 0 008 2zM8 4.5V8l2.5 1.6' }],
	square: ['path', { d: 'M3 3h10v10H3z', fill: 'currentColor' }],
	diamond: ['path', { d: 'M8 1.8L14.2 8 8 14.2 1.8 8z', fill: 'currentColor' }],
	menu: ['path', { d: 'M2 4h12M2 8h12M2 12h12' }],
	out: ['path', { d: 'M9 3h4v10H9M10 8H2.5M5 5.5L2.5 8 5 10.5' }],
	copy: ['path', { d: 'M5.5 5.5h8v8h-8zM3 10.5H2.5v-8h8V3' }],
	down: ['path', { d: 'M8 2.5v8M4.5 7.5L8 11l3.5-3.5M2.5 13.5h11' }],
	right: ['path', { d: 'M6 3l5 5-5 5' }],
	up: ['path', { d: 'M3 10l5-5 5 5' }],
	below: ['path', { d: 'M3 6l5 5 5-5' }]
};
export function icon(name) {
	const [tag, attrs] = SHAPES[name];
	return s('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false', fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }, s(tag, attrs));
}

// ---- headings and text ----

// Classes are written out: what no source names is left out of the style sheet.
const HEADING = { 1: 'utrecht-heading-1', 2: 'utrecht-heading-2', 3: 'utrecht-heading-3' };
export const heading = (level, text, attrs) => h(`h${level}`, { class: HEADING[level], ...attrs }, text);
export const p = (...children) => h('p', { class: 'utrecht-paragraph' }, ...children);
export const note = (...children) => h('p', { class: 'utrecht-paragraph note' }, ...children);
export const hidden = (text) => h('span', { class: 'sr-only' }, text);
export const a = (href, ...children) => h('a', { class: 'utrecht-link utrecht-link--html-a', href }, ...children);
export const section = (title, ...children) => {
	const id = uid('h');
	return h('section', { class: 'section', 'aria-labelledby': id }, heading(2, title, { id }), ...children);
};
// [word, value] pairs; a pair without a value is left out.
export const facts = (...pairs) => h('dl', { class: 'facts' }, pairs.filter((x) => x && x[1] !== null && x[1] !== undefined && x[1] !== '')
	.map(([term, value]) => h('div', null, h('dt', null, term), h('dd', null, value))));

// ---- badges ----

const BADGE = { safe: 'utrecht-status-badge--safe', warning: 'utrecht-status-badge--warning', danger: 'utrecht-status-badge--danger', neutral: 'utrecht-status-badge--neutral', inactive: 'plain-badge' };
export const badge = (kind, text, shape) => h('span', { class: `utrecht-status-badge ${BADGE[kind]} badge` }, shape ? icon(shape) : null, text);

const VERDICTS = { accepted: ['safe', 'check'], rejected: ['warning', 'back'], refused: ['danger', 'stop'], parked: ['inactive', 'pause'] };
export const verdictBadge = (v) => (VERDICTS[v] ? badge(VERDICTS[v][0], t(`verdict.${v}`), VERDICTS[v][1]) : badge('inactive', t('verdict.none'), 'clock'));
const LEVELS = { urgent: ['danger', 'octagon'], warning: ['warning', 'triangle'], info: ['neutral', 'info'] };
export const levelBadge = (level) => badge(...(([kind, shape]) => [kind, t(`level.${level}`), shape])(LEVELS[level] ?? LEVELS.info));
const LIGHTS = { rood: ['danger', 'octagon'], oranje: ['warning', 'diamond'], groen: ['safe', 'dot'] };
export const lightBadge = (light) => (LIGHTS[light] ? badge(LIGHTS[light][0], t(`light.${light}`), LIGHTS[light][1]) : null);
export const yesNo = (yes, yesText, noText) => (yes ? badge('safe', yesText, 'check') : badge('inactive', noText, 'pause'));

// ---- buttons ----

const KINDS = { primary: 'utrecht-button--primary-action', secondary: 'utrecht-button--secondary-action', subtle: 'utrecht-button--subtle', danger: 'utrecht-button--primary-action utrecht-button--danger' };
export const button = (kind, text, onclick, { class: extra = '', ...attrs } = {}) => h('button', { type: 'button', class: kind === 'link' ? extra : `utrecht-button ${KINDS[kind]} ${extra}`, onclick, ...attrs }, text);
export const download = (href, text) => h('a', { class: 'utrecht-link utrecht-link--html-a download', href, download: true }, icon('down'), text);

// Copies text; where the browser does not let us, selects it for the user to copy.
export function copyButton(text, source) {
	const status = h('span', { role: 'status', class: 'copied' });
	const b = button('secondary', [icon('copy'), t('copy')], async () => {
		try {
			await navigator.clipboard.writeText(typeof text === 'function' ? text() : text);
			replace(status, t('copied'));
		} catch {
			const range = document.createRange();
			range.selectNodeContents(source);
			const selection = getSelection();
			selection.removeAllRanges();
			selection.addRange(range);
			source.focus?.();
			replace(status, t('copy.select'));
		}
	});
	return h('div', { class: 'copy-row' }, b, status);
}
export function copyText(text, label) {
	const box = h('div', { class: 'copy-text', tabindex: '0', role: 'group', 'aria-label': label }, text.split('\n').map((line) => h('p', null, line || ' ')));
	return h('div', null, box, copyButton(text, box));
}

// ---- states: loading, nothing, an error ----

export const loading = () => h('p', { class: 'utrecht-paragraph loading', role: 'status' }, t('loading'));
export const empty = (text) => h('p', { class: 'utrecht-paragraph empty' }, text);
const ALERT = { error: ['utrecht-alert--error', 'octagon'], warning: ['utrecht-alert--warning', 'triangle'], info: ['utrecht-alert--info', 'info'], ok: ['utrecht-alert--ok', 'check'] };
export function alertBox(kind, title, text, ...more) {
	const [style, shape] = ALERT[kind];
	return h('div', { class: `utrecht-alert ${style} alert`, role: kind === 'error' ? 'alert' : null },
		h('div', { class: 'alert-icon' }, icon(shape)),
		h('div', { class: 'alert-content' }, title ? h('p', { class: 'alert-title' }, title) : null, text ? p(text) : null, more));
}
export function errorBox(error, retry) {
	const text = error instanceof ApiError ? error.text : t('error.page');
	if (!(error instanceof ApiError)) console.error(error);
	return alertBox('error', t('error.title'), text, retry ? button('secondary', t('retry'), retry) : null);
}
// Shows what load() gives through show(); says that it is busy, and what went wrong.
// A later call makes an earlier one void.
export function loader(box, load, show) {
	let turn = 0;
	return async function run(...args) {
		const mine = ++turn;
		const busy = setTimeout(() => {
			if (mine === turn) box.childElementCount ? box.classList.add('busy') : replace(box, loading());
		}, 150);
		box.setAttribute('aria-busy', 'true');
		try {
			const answer = await load(...args);
			if (mine === turn) replace(box, show(answer, ...args));
		} catch (e) {
			if (mine === turn && e.name !== 'AbortError') replace(box, errorBox(e, () => run(...args)));
		} finally {
			clearTimeout(busy);
			if (mine === turn) {
				box.classList.remove('busy');
				box.removeAttribute('aria-busy');
			}
		}
	};
}

// ---- what is told in passing ----

let teller = null;
export const announcer = () => (teller = h('div', { class: 'sr-only', role: 'status', 'aria-live': 'polite', id: 'announcer' }));
export function announce(text) {
	if (teller) teller.textContent = text;
}
const toasts = h('div', { class: 'toasts', role: 'status' });
export const toastArea = () => toasts;
export function toast(text) {
	const box = alertBox('ok', null, text);
	toasts.append(box);
	setTimeout(() => box.remove(), 8000);
}

// ---- forms ----

export function field(spec, value) {
	const id = uid(spec.name);
	const wrong = `${id}-error`;
	const hint = spec.hint ? h('div', { class: 'utrecht-form-field-description', id: `${id}-hint` }, spec.hint) : null;
	const common = { id, name: spec.name, autocomplete: spec.autocomplete ?? 'off', required: spec.required, 'aria-describedby': hint ? hint.id : null };
	let control;
	if (spec.kind === 'select') {
		control = h('select', { ...common, class: 'utrecht-select utrecht-select--html-select', value: value ?? spec.options[0][0] }, spec.options.map(([v, text]) => h('option', { value: v }, text)));
	} else if (spec.kind === 'check') {
		control = h('input', { ...common, autocomplete: null, type: 'checkbox', class: 'utrecht-checkbox utrecht-checkbox--html-input', value: '1', checked: Boolean(value) && value !== '0' });
		return h('div', { class: 'field field-check' }, control, h('label', { for: id, class: 'utrecht-form-label' }, spec.label));
	} else if (spec.kind === 'area') {
		control = h('textarea', { ...common, class: 'utrecht-textarea utrecht-textarea--html-textarea', rows: spec.rows ?? 3 }, value ?? '');
	} else {
		control = h('input', {
			...common, type: spec.kind ?? 'text', class: 'utrecht-textbox utrecht-textbox--html-input', value: value ?? '',
			list: spec.list ? `${id}-list` : null, inputmode: spec.inputmode, spellcheck: 'false', pattern: null, min: spec.min, max: spec.max, step: spec.step, maxlength: spec.maxlength
		});
	}
	return h('div', { class: `field ${spec.wide ? 'field-wide' : ''}` },
		h('label', { for: id, class: 'utrecht-form-label' }, spec.label, spec.required ? null : spec.optional ? h('span', { class: 'optional' }, ` (${t('optional')})`) : null),
		hint, h('div', { class: 'utrecht-form-field-error-message field-error', id: wrong, hidden: true }), control,
		spec.list ? h('datalist', { id: `${id}-list` }, spec.list.map((v) => h('option', { value: v }))) : null);
}

export function readForm(form) {
	const values = {};
	for (const e of form.elements) {
		if (!e.name) continue;
		values[e.name] = e.type === 'checkbox' ? (e.checked ? '1' : '') : e.type === 'radio' ? (e.checked ? e.value : values[e.name]) : e.value.trim();
	}
	return values;
}
export function fillForm(form, values) {
	for (const e of form.elements) {
		if (!e.name) continue;
		if (e.type === 'checkbox') e.checked = Boolean(values[e.name]) && values[e.name] !== '0';
		else e.value = values[e.name] ?? (e.tagName === 'SELECT' ? e.options[0]?.value ?? '' : '');
	}
}

// Marks fields as wrong and lists them above the form; [] clears.  problems: [[name, text]]
export function showProblems(form, box, problems) {
	for (const e of form.elements) {
		if (!e.name) continue;
		const found = problems.find(([name]) => name === e.name);
		const line = form.querySelector(`#${CSS.escape(e.id)}-error`);
		e.setAttribute('aria-invalid', found ? 'true' : 'false');
		if (!found) e.removeAttribute('aria-invalid');
		e.classList.toggle('utrecht-textbox--invalid', Boolean(found) && e.tagName === 'INPUT');
		e.closest('.field')?.classList.toggle('field-invalid', Boolean(found));
		if (!line) continue;
		line.hidden = !found;
		replace(line, found ? found[1] : '');
		const described = (e.getAttribute('aria-describedby') ?? '').split(' ').filter((x) => x && x !== line.id);
		if (found) described.push(line.id);
		described.length ? e.setAttribute('aria-describedby', described.join(' ')) : e.removeAttribute('aria-describedby');
	}
	replace(box);
	if (!problems.length) return true;
	const summary = alertBox('error', t('form.problems', { n: problems.length }), null, h('ul', { class: 'utrecht-unordered-list' }, problems.map(([name, text]) => {
		const control = [...form.elements].find((e) => e.name === name);
		return h('li', null, h('a', { class: 'utrecht-link utrecht-link--html-a', href: `#${control?.id ?? ''}`, onclick: (e) => { e.preventDefault(); control?.focus(); } }, text));
	})));
	summary.setAttribute('tabindex', '-1');
	box.append(summary);
	summary.focus();
	return false;
}

// Fields that filter a view: its values stand in the address, so that it can be linked.
// more: the names of fields that are folded away until one of them is used.
export function filterForm(specs, values, onfilter, { label, more = [], extra = null, submit } = {}) {
	const shown = specs.filter((x) => !more.includes(x.name)).map((x) => field(x, values[x.name]));
	const folded = specs.filter((x) => more.includes(x.name));
	const fold = folded.length ? h('details', { class: 'more-fields', open: folded.some((x) => values[x.name]) }, h('summary', null, t('filter.more')), h('div', { class: 'fields' }, folded.map((x) => field(x, values[x.name])))) : null;
	const form = h('form', {
		class: 'filter', role: 'search', 'aria-label': label ?? t('filter'), novalidate: true,
		onsubmit: (e) => {
			e.preventDefault();
			onfilter(readForm(form));
		}
	}, h('div', { class: 'fields' }, shown), fold,
	h('div', { class: 'utrecht-button-group filter-buttons' }, h('button', { type: 'submit', class: 'utrecht-button utrecht-button--primary-action' }, submit ?? t('filter.apply')),
		button('subtle', t('filter.clear'), () => onfilter({})), extra));
	// On a narrow screen the form folds away once it is not needed.
	const narrow = matchMedia('(max-width: 700px)');
	const whole = h('details', { class: 'filter-fold', open: !narrow.matches }, h('summary', null, label ?? t('filter')), form);
	narrow.addEventListener('change', () => { whole.open = !narrow.matches; });
	whole.set = (next) => {
		fillForm(form, next);
		if (fold && folded.some((x) => next[x.name])) fold.open = true;
		if (narrow.matches) whole.open = false;
	};
	return whole;
}

// ---- dialogs: the browser keeps focus inside, and gives it back ----

export function dialog(title, content, { wide = false, onclose } = {}) {
	const id = uid('dialog');
	const opener = document.activeElement;
	const d = h('dialog', { class: `dialog ${wide ? 'dialog-wide' : ''}`, 'aria-labelledby': id });
	const head = heading(2, title, { id, tabindex: '-1' });
	d.append(h('div', { class: 'dialog-head' }, head, h('button', { type: 'button', class: 'utrecht-button utrecht-button--subtle dialog-close', onclick: () => d.close() }, t('close'))), h('div', { class: 'dialog-body' }, content));
	d.addEventListener('close', () => {
		d.remove();
		onclose?.();
		// What was pressed may be gone with what was done; then the page's heading.
		const back = opener?.isConnected ? opener : document.querySelector('main h1');
		if (back !== opener) back?.setAttribute('tabindex', '-1');
		back?.focus({ preventScroll: true });
	});
	d.addEventListener('click', (e) => {
		if (e.target === d) d.close();
	});
	document.body.append(d);
	d.showModal();
	const first = d.querySelector('.dialog-body input, .dialog-body select, .dialog-body textarea');
	(first ?? head).focus();
	return d;
}

// Asks before something is done: fields, a reason where needed, and what it means.
// act(values) does it; its failure is shown in the dialog, which stays open.
export function ask({ title, text, specs = [], reason = true, minimum = 5, action, danger = false, act, check }) {
	const all = reason ? [...specs, { name: 'reason', label: t('reason'), hint: t('reason.hint', { n: minimum }), kind: 'area', rows: 2, required: true }] : specs;
	const problems = h('div', null);
	const submit = h('button', { type: 'submit', class: `utrecht-button ${KINDS[danger ? 'danger' : 'primary']}` }, action);
	const form = h('form', {
		novalidate: true, class: 'ask', autocomplete: 'off',
		onsubmit: async (e) => {
			e.preventDefault();
			const values = readForm(form);
			const wrong = [];
			for (const x of all) if (x.required && !values[x.name]) wrong.push([x.name, t('form.required', { label: x.label })]);
			if (reason && values.reason && values.reason.length < minimum) wrong.push(['reason', t('reason.short', { n: minimum })]);
			wrong.push(...(check?.(values) ?? []));
			if (!showProblems(form, problems, wrong)) return;
			submit.disabled = true;
			try {
				await act(values);
				d.close();
			} catch (error) {
				replace(problems, errorBox(error));
			} finally {
				submit.disabled = false;
			}
		}
	}, problems, all.map((x) => field(x, x.value)), h('div', { class: 'utrecht-button-group' }, submit, button('secondary', t('cancel'), () => d.close())));
	const d = dialog(title, [text ? (Array.isArray(text) ? text : p(text)) : null, form]);
	return d;
}

// ---- small pictures ----

export function sparkline(values, days) {
	const w = 96, height = 24, top = Math.max(1, ...values);
	const step = values.length > 1 ? (w - 4) / (values.length - 1) : 0;
	const points = values.map((v, i) => `${(2 + i * step).toFixed(1)},${(height - 3 - (v / top) * (height - 6)).toFixed(1)}`);
	const label = days?.length ? t('trend.label', { from: shortDay(days[0]), until: shortDay(days[days.length - 1]), most: num(Math.max(0, ...values)), last: num(values[values.length - 1]) }) : t('trend');
	return s('svg', { class: 'sparkline', viewBox: `0 0 ${w} ${height}`, width: w, height, role: 'img', 'aria-label': label },
		s('polyline', { points: points.join(' '), fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5, 'stroke-linejoin': 'round' }),
		points.length ? s('circle', { cx: points.at(-1).split(',')[0], cy: points.at(-1).split(',')[1], r: 2.2, fill: 'currentColor' }) : null);
}
export function change(value) {
	if (value === null || value === undefined) return h('span', { class: 'change' }, t('change.new'));
	if (value === 0) return h('span', { class: 'change' }, t('change.same'));
	return h('span', { class: `change ${value > 0 ? 'change-up' : 'change-down'}` }, `${value > 0 ? '▲' : '▼'} `, t(value > 0 ? 'change.up' : 'change.down', { n: percent(Math.abs(value) / 100) }));
}
// A share as a bar, with the number beside it.
export function bar(share, text) {
	const w = Math.max(0, Math.min(1, share ?? 0)) * 100;
	return h('span', { class: 'bar' }, s('svg', { viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' },
		s('rect', { x: 0, y: 0, width: 100, height: 8, class: 'bar-back' }), s('rect', { x: 0, y: 0, width: w, height: 8, class: 'bar-fill' })), h('span', null, text ?? percent(share)));
}
export const tile = (label, value, href, kind, sub) => h(href ? 'a' : 'div', { class: `tile ${kind ? `tile-${kind}` : ''}`, href }, h('span', { class: 'tile-value' }, value), h('span', { class: 'tile-label' }, label), sub ? h('span', { class: 'tile-sub' }, sub) : null);

// Links between the views of one page.
export const tabs = (label, list) => h('nav', { class: 'tabs', 'aria-label': label }, h('ul', null, list.map(([href, text, current, count]) => h('li', null,
	h('a', { href, 'aria-current': current ? 'page' : null }, text, count === undefined || count === null ? null : h('span', { class: 'count' }, ` ${num(count)}`))))));
