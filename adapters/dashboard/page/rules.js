// Suggests the rules of the standard, with their texts, where one can be filled in.
import { get } from './api.js';
import { h, uid } from './dom.js';
import { said } from './i18n.js';

let asked = null;

export async function suggestRules(form) {
	const input = form.querySelector('[name=rule]');
	if (!input) return;
	try {
		asked ??= get('rules');
		const { rules } = await asked;
		const list = h('datalist', { id: uid('rules') }, rules.map((r) => h('option', { value: r.id, label: said(r, 'text') })));
		input.after(list);
		input.setAttribute('list', list.id);
	} catch {
		asked = null; // a suggestion is no more than that
	}
}
