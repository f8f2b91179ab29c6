// The overview as it changes: over server-sent events, and when these fail by
// asking every half minute.  One for the whole page: the header shows the hub.
import { get } from './api.js';

const POLL = 30000;
const listeners = new Set();
let source = null, timer = null, ended = () => {};

export const live = { overview: null, connected: false, at: null };

function tell() {
	for (const f of [...listeners]) f(live);
}
function take(overview) {
	live.overview = overview;
	live.at = new Date().toISOString();
	tell();
}
async function poll() {
	try {
		take(await get('overview', { hours: 24, background: 1 }));
		if (source?.readyState === EventSource.CLOSED) open();
	} catch {
		tell();
	}
}
function fallBack() {
	if (timer !== null) return;
	timer = setInterval(poll, POLL);
	poll();
}
function open() {
	source = new EventSource('/api/events');
	source.addEventListener('overview', (e) => {
		live.connected = true;
		clearInterval(timer);
		timer = null;
		take(JSON.parse(e.data));
	});
	source.addEventListener('session', () => ended());
	source.addEventListener('error', () => {
		// The browser connects again by itself; meanwhile we ask.
		live.connected = false;
		fallBack();
	});
}

export function listen(f) {
	listeners.add(f);
	return () => listeners.delete(f);
}

export function start(onEnd) {
	ended = onEnd;
	stop();
	open();
}

export function stop() {
	source?.close();
	source = null;
	clearInterval(timer);
	timer = null;
	live.connected = false;
	live.overview = live.at = null;
}
