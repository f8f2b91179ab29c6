// Speaks with the server (api.md).  Every failure becomes an ApiError that can
// be shown; a session that ended is told to whoever listens for it.
import { said, t } from './i18n.js';

export class ApiError extends Error {
	constructor(status, body) {
		super(body?.error ?? `HTTP ${status}`);
		this.status = status;
		this.code = body?.error ?? null;
		this.body = body;
	}
	get text() {
		const own = said(this.body, '');
		if (own) return own;
		if (this.status === 0) return t('error.network');
		if (this.status === 403) return t('error.forbidden');
		if (this.status === 404) return t('error.unknown');
		if (this.status === 429) return t('error.many');
		if (this.status === 502) return t('error.hub');
		if (this.status === 503) return t('error.busy');
		return t('error.other', { status: this.status });
	}
}

let csrf = null;
let ended = () => {};
let used = Date.now();
export const onSessionEnd = (f) => { ended = f; };
export const lastUse = () => used;
export const setCsrf = (token) => { csrf = token; };

// Empty values are left out, so that a link says only what was asked.
export function query(params) {
	const q = new URLSearchParams();
	for (const [name, value] of Object.entries(params ?? {}))
		if (value !== null && value !== undefined && value !== '' && value !== false) q.set(name, value === true ? '1' : value);
	const text = q.toString();
	return text ? `?${text}` : '';
}

async function call(method, path, { body, signal, quiet } = {}) {
	let response;
	const headers = { Accept: 'application/json' };
	if (method !== 'GET') {
		headers['Content-Type'] = 'application/json';
		if (csrf) headers['X-CSRF-Token'] = csrf;
	}
	try {
		response = await fetch(path, { method, headers, signal, credentials: 'same-origin', cache: 'no-store', body: body === undefined ? undefined : JSON.stringify(body) });
	} catch (e) {
		if (e.name === 'AbortError') throw e;
		throw new ApiError(0, null);
	}
	let answer = null;
	try {
		answer = await response.json();
	} catch {
		answer = null;
	}
	if (!response.ok) {
		if (response.status === 401 && !quiet) ended();
		throw new ApiError(response.status, answer);
	}
	if (!path.includes('background=1')) used = Date.now();
	return answer;
}

export const get = (path, params, options) => call('GET', `/api/${path}${query(params)}`, options);
export const post = (path, body, options) => call('POST', `/api/${path}`, { body: body ?? {}, ...options });
export const link = (path, params) => `/api/${path}${query(params)}`;
