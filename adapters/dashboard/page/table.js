// Tables that keep their meaning on any screen: a caption, scopes, a sort that
// is told, and below 700 pixels a card for each row (app.css).  The roles are
// written out because the cards take them away.
import { h, replace, uid } from './dom.js';
import { num } from './format.js';
import { locale, t } from './i18n.js';
import { announce, empty, icon } from './ui.js';

const keys = new Map();
const MANY = 60; // rows shown at once; the rest is a button away

function compare(x, y) {
	const none = (v) => v === null || v === undefined || v === '';
	if (none(x) || none(y)) return none(x) - none(y);
	return typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), locale(), { numeric: true });
}

// columns: {key, title, cell(row), num, sort(row), head: the row's name, hideTitle}
// sorted: [key, 'ascending' | 'descending'] as the rows come.
export function table({ caption, showCaption = false, columns, rows, none, cards = true, sorted = null, dense = false, rowClass }) {
	if (!rows.length) return empty(none ?? t('table.none'));
	const id = uid('table');
	let order = keys.get(caption) ?? sorted;
	let most = MANY;
	const more = h('p', { class: 'more-rows' });
	const body = h('tbody', { role: 'rowgroup', class: 'utrecht-table__body' });
	const heads = [];

	const line = (row) => h('tr', { role: 'row', class: `utrecht-table__row ${rowClass?.(row) ?? ''}` }, columns.map((c) => h(c.head ? 'th' : 'td', {
		role: c.head ? 'rowheader' : 'cell', scope: c.head ? 'row' : null, 'data-label': c.title,
		class: `utrecht-table__cell ${c.num ? 'numeric' : ''} ${c.class ?? ''}`
	}, c.cell(row) ?? '–')));
	function draw() {
		let list = rows;
		const column = order && columns.find((c) => c.key === order[0]);
		if (column?.sort && keys.has(caption)) {
			const way = order[1] === 'ascending' ? 1 : -1;
			list = [...rows].sort((x, y) => way * compare(column.sort(x), column.sort(y)));
		}
		// All of a short rest: nobody wants a button for three rows.
		const shown = rows.length > most * 1.2 ? most : rows.length;
		replace(body, list.slice(0, shown).map(line));
		replace(more, shown < rows.length ? h('button', { type: 'button', class: 'utrecht-button utrecht-button--secondary-action', onclick: () => { most += MANY * 2; draw(); body.rows[shown]?.querySelector('a, button')?.focus(); } }, t('table.more', { n: num(Math.min(MANY * 2, rows.length - shown)), rest: num(rows.length - shown) })) : null);
		for (const [c, th] of heads) {
			const on = order?.[0] === c.key;
			on ? th.setAttribute('aria-sort', order[1]) : th.removeAttribute('aria-sort');
			const mark = th.querySelector('.sort-mark');
			if (mark) replace(mark, on ? icon(order[1] === 'ascending' ? 'up' : 'below') : null);
		}
	}
	function sortBy(c) {
		const next = order?.[0] === c.key && order[1] === (c.num ? 'descending' : 'ascending') ? (c.num ? 'ascending' : 'descending') : c.num ? 'descending' : 'ascending';
		order = [c.key, next];
		keys.set(caption, order);
		draw();
		announce(t('table.sorted', { column: c.title, way: t(`sort.${next}`) }));
	}
	const headRow = h('tr', { role: 'row', class: 'utrecht-table__row' }, columns.map((c) => {
		const content = c.hideTitle ? h('span', { class: 'sr-only' }, c.title) : c.sort ? h('button', { type: 'button', class: 'sort', onclick: () => sortBy(c) }, c.title, h('span', { class: 'sort-mark' })) : c.title;
		const th = h('th', { role: 'columnheader', scope: 'col', class: `utrecht-table__header-cell ${c.num ? 'numeric' : ''} ${c.class ?? ''}` }, content);
		heads.push([c, th]);
		return th;
	}));
	draw();
	const box = h('div', { class: 'utrecht-table-container table-box', role: 'group', 'aria-labelledby': id },
		h('table', { role: 'table', class: `utrecht-table ${cards ? 'cards' : ''} ${dense ? 'dense' : ''}` },
			h('caption', { id, class: showCaption ? 'utrecht-table__caption' : 'sr-only' }, caption),
			h('thead', { role: 'rowgroup', class: 'utrecht-table__header' }, headRow), body));
	// Only what scrolls is a stop for the keyboard.
	new ResizeObserver(() => (box.scrollWidth > box.clientWidth ? box.setAttribute('tabindex', '0') : box.removeAttribute('tabindex'))).observe(box);
	return rows.length > MANY * 1.2 ? h('div', null, box, more) : box;
}
