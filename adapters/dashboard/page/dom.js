// Makes elements.  Text only ever becomes a text node: nothing that a message
// or a server holds is read as markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attrs, children) {
	for (const [name, value] of Object.entries(attrs ?? {})) {
		if (value === null || value === undefined || value === false) continue;
		if (typeof value === 'function') node.addEventListener(name.slice(2), value);
		else if (name === 'value') node.value = value;
		else node.setAttribute(name, value === true ? '' : value);
	}
	add(node, children);
	return node;
}

function add(node, children) {
	for (const child of children) {
		if (child === null || child === undefined || child === false) continue;
		if (Array.isArray(child)) add(node, child);
		else node.append(child instanceof Node ? child : String(child));
	}
}

// h('a', {href, class, onclick}, children…); null, undefined and false are left out.
export function h(tag, attrs, ...children) {
	const node = document.createElement(tag);
	if (tag !== 'select') return fill(node, attrs, children);
	// A select takes its value once its options are there.
	const { value, ...rest } = attrs ?? {};
	fill(node, rest, children);
	if (value !== undefined && value !== null) node.value = value;
	return node;
}

export const s = (tag, attrs, ...children) => fill(document.createElementNS(SVG, tag), attrs, children);

export function replace(node, ...children) {
	node.replaceChildren();
	add(node, children);
	return node;
}

let serial = 0;
export const uid = (name = 'x') => `${name}-${++serial}`;
