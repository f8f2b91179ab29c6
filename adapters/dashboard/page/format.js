// Numbers and moments as people write them.  Times are those of the Netherlands.
import { h } from './dom.js';
import { locale, t } from './i18n.js';

const ZONE = 'Europe/Amsterdam';
const NONE = '–';
const cache = new Map();

function cached(kind, options) {
	const key = `${locale()} ${kind.name} ${JSON.stringify(options)}`;
	if (!cache.has(key)) cache.set(key, new kind(locale(), options));
	return cache.get(key);
}
const numbers = (options) => cached(Intl.NumberFormat, options);
const moments = (options) => cached(Intl.DateTimeFormat, { timeZone: ZONE, ...options });
const missing = (x) => x === null || x === undefined || Number.isNaN(x);

export const num = (n) => (missing(n) ? NONE : numbers({ maximumFractionDigits: 0 }).format(n));
export const dec = (n, digits = 1) => (missing(n) ? NONE : numbers({ maximumFractionDigits: digits, minimumFractionDigits: digits }).format(n));
export const percent = (share, digits = 0) => (missing(share) ? NONE : numbers({ style: 'percent', maximumFractionDigits: digits, minimumFractionDigits: digits }).format(share));
export const signed = (n, digits = 0) => (missing(n) ? NONE : numbers({ maximumFractionDigits: digits, minimumFractionDigits: digits, signDisplay: 'exceptZero' }).format(n));

export function bytes(n) {
	if (missing(n)) return NONE;
	const units = ['B', 'KB', 'MB', 'GB', 'TB'];
	let u = 0;
	for (; n >= 1000 && u < units.length - 1; u++) n /= 1000;
	return `${numbers({ maximumFractionDigits: n < 10 && u > 0 ? 1 : 0 }).format(n)} ${units[u]}`;
}

export function millis(ms) {
	if (missing(ms)) return NONE;
	if (ms < 10) return `${dec(ms, 1)} ms`;
	if (ms < 1000) return `${num(ms)} ms`;
	if (ms < 60000) return `${dec(ms / 1000, 1)} s`;
	return span(ms / 1000);
}

// A length of time in the largest unit that says enough.
export function span(seconds) {
	if (missing(seconds)) return NONE;
	if (seconds < 90) return t('span.seconds', { n: Math.round(seconds) });
	if (seconds < 90 * 60) return t('span.minutes', { n: Math.round(seconds / 60) });
	if (seconds < 36 * 3600) return t('span.hours', { n: Math.round(seconds / 3600) });
	return t('span.days', { n: Math.round(seconds / 86400) });
}

const dayKey = (date) => new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(date);
export const today = () => dayKey(new Date());

export const clock = (iso) => (iso ? moments({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(iso)) : NONE);
export const hour = (iso) => moments({ hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
export const weekdayHour = (iso) => moments({ weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
export const fullTime = (iso) => moments({ day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(iso));

export function momentText(iso, seconds = false) {
	if (!iso) return NONE;
	const date = new Date(iso);
	const key = dayKey(date);
	const time = moments({ hour: '2-digit', minute: '2-digit', ...(seconds ? { second: '2-digit' } : {}) }).format(date);
	if (key === today()) return t('moment.today', { time });
	if (key === dayKey(new Date(Date.now() - 86400000))) return t('moment.yesterday', { time });
	const year = key.slice(0, 4) === today().slice(0, 4) ? undefined : 'numeric';
	return `${moments({ day: 'numeric', month: 'short', year }).format(date)} ${time}`;
}
// What is known by the day only is no midnight.
const isDay = (iso) => iso.length === 10 || iso.endsWith('T00:00:00.000Z');
export const moment = (iso, seconds) => (iso ? isDay(iso) ? day(iso) : h('time', { datetime: iso, title: fullTime(iso) }, momentText(iso, seconds)) : NONE);

// A day has no zone: it is read as noon UTC and written as that day.
export function dayText(day) {
	if (!day) return NONE;
	return moments({ timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(`${day.slice(0, 10)}T12:00:00Z`));
}
export const day = (value) => (value ? h('time', { datetime: value.slice(0, 10) }, dayText(value)) : NONE);
export const shortDay = (value) => moments({ timeZone: 'UTC', day: 'numeric', month: 'short' }).format(new Date(`${value.slice(0, 10)}T12:00:00Z`));
export const monthText = (value) => moments({ timeZone: 'UTC', month: 'short', year: 'numeric' }).format(new Date(`${value.slice(0, 7)}-15T12:00:00Z`));

export const addDays = (value, n) => new Date(Date.parse(`${value}T12:00:00Z`) + n * 86400000).toISOString().slice(0, 10);

// "2026-11-22T10:00" on a Dutch clock → the moment, and back.
export function localToIso(local) {
	if (!local) return null;
	const guess = new Date(`${local.length === 10 ? `${local}T00:00` : local.slice(0, 16)}:00Z`);
	if (Number.isNaN(guess.getTime())) return null;
	const shown = isoToLocal(guess.toISOString());
	return new Date(guess.getTime() - (Date.parse(`${shown}:00Z`) - guess.getTime())).toISOString();
}
export function isoToLocal(iso) {
	return new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' })
		.format(new Date(iso)).replace(' ', 'T');
}
