// Texts in Dutch and English: nl.js and en.js have the same keys.  A text is a
// string, in which {name} is filled in, or a function of the values.
const tables = {};
let current = 'nl';
try {
	if (localStorage.getItem('language') === 'en') current = 'en';
} catch {
	// Without storage the choice lasts as long as the page.
}

const load = async (code) => { tables[code] ??= (await import(`./${code}.js`)).default; };
await load(current);

export const language = () => current;
export const locale = () => (current === 'nl' ? 'nl-NL' : 'en-GB');

export async function setLanguage(code) {
	await load(code);
	current = code;
	try {
		localStorage.setItem('language', current);
	} catch {
		// see above
	}
}

export const has = (key) => Object.hasOwn(tables[current], key);

export function t(key, values) {
	// A word of the server that we do not know (a newer hub) is said as it is.
	const text = tables[current][key] ?? tables[current][key.slice(0, key.lastIndexOf('.'))] ?? key.slice(key.lastIndexOf('.') + 1);
	if (typeof text === 'function') return text(values ?? {});
	return values ? text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '') : text;
}

// What the server says in both languages: said(o, 'text') is o.text_nl or o.text_en.
export function said(o, name) {
	const key = (code) => (name ? `${name}_${code}` : code);
	return o?.[key(current)] ?? o?.[key(current === 'nl' ? 'en' : 'nl')] ?? null;
}
