// Logging in.  What the server says of a failure is shown as it is.
import { post } from './api.js';
import { h, replace } from './dom.js';
import { t } from './i18n.js';
import { alertBox, errorBox, field, heading, p, readForm, showProblems } from './ui.js';

export function login({ ended, language, done }) {
	const box = h('div', null, ended ? alertBox('info', t('login.ended.title'), t('login.ended.text')) : null);
	const specs = [
		{ name: 'user', label: t('login.user'), required: true, autocomplete: 'username' },
		{ name: 'password', label: t('login.password'), kind: 'password', required: true, autocomplete: 'current-password' }
	];
	const submit = h('button', { type: 'submit', class: 'utrecht-button utrecht-button--primary-action' }, t('login.submit'));
	const form = h('form', {
		novalidate: true,
		onsubmit: async (e) => {
			e.preventDefault();
			const values = readForm(form);
			values.password = form.elements.password.value; // a blank at its end belongs to it
			const wrong = specs.filter((x) => !values[x.name]).map((x) => [x.name, t('form.required', { label: x.label })]);
			if (!showProblems(form, box, wrong)) return;
			submit.disabled = true;
			try {
				done(await post('login', values, { quiet: true }));
			} catch (error) {
				form.elements.password.value = '';
				replace(box, error.status === 401 ? alertBox('error', t('login.failed.title'), error.text) : errorBox(error));
				form.elements.password.focus();
			} finally {
				submit.disabled = false;
			}
		}
	}, specs.map((x) => field(x)), submit);
	return h('div', { class: 'login-page' }, h('header', { class: 'login-head' }, language),
		h('main', { class: 'login' }, h('p', { class: 'login-brand' }, h('img', { src: '/static/icon.svg', alt: '', width: 48, height: 48 })), heading(1, t('product')), p(t('login.intro')), box, form));
}
