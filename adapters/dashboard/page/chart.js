// Charts by uPlot, drawn on a canvas: colour and hatching both tell the series
// apart, and every chart is given a table with the same figures by its page.
import { h, replace, s, uid } from './dom.js';
import { num } from './format.js';
import { t } from './i18n.js';

let loaded = null;
const uplot = () => (loaded ??= import('./uplot.js').then((m) => m.default));

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A tile of lines at an angle, for the canvas and (as SVG) for the legend.
function hatch(ctx, colour, kind) {
	if (!kind) return colour;
	const ratio = devicePixelRatio || 1, size = 6 * ratio;
	const tile = h('canvas', { width: size, height: size });
	const c = tile.getContext('2d');
	c.fillStyle = '#fff';
	c.fillRect(0, 0, size, size);
	c.strokeStyle = c.fillStyle = colour;
	c.lineWidth = (kind === 'dense' ? 3 : 2) * ratio;
	c.beginPath();
	for (const d of [-size, 0, size]) {
		c.moveTo(d - 1, size + 1);
		c.lineTo(d + size + 1, -1);
	}
	c.stroke();
	return ctx.createPattern(tile, 'repeat');
}
function swatch({ colour, pattern }) {
	const id = uid('hatch');
	return s('svg', { class: 'swatch', viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
		pattern ? s('defs', null, s('pattern', { id, width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' }, s('rect', { width: 6, height: 6, fill: '#fff' }), s('rect', { width: pattern === 'dense' ? 4 : 2.5, height: 6, fill: css(colour) }))) : null,
		s('rect', { x: 1, y: 1, width: 14, height: 14, fill: pattern ? `url(#${id})` : css(colour), stroke: css(colour), 'stroke-width': 1.5 }));
}
export const legend = (series) => h('ul', { class: 'legend' }, series.map((x) => h('li', null, swatch(x), x.label)));

// Nothing is drawn for nothing.
const sum = (series) => series[0].values.map((_, i) => series.reduce((n, x) => n + (x.values[i] ?? 0), 0) || null);

// kind 'stack': series on top of each other, the first at the bottom; 'group': two side by side; 'line'.
// series: {label, values, colour: a custom property, pattern}; labels: words on the x axis.
export function chart({ title, labels, series, kind = 'stack', height = 240, format = num, top = null, step = 1 }) {
	const plot = h('div', { class: 'plot', role: 'img', 'aria-label': title });
	const read = h('p', { class: 'reading', 'aria-hidden': 'true' }, ' ');
	const node = h('figure', { class: 'chart' }, legend(series), plot, read);
	const n = labels.length;

	function options(uPlot, width) {
		const text = css('--basis-color-default-color-default'), grid = css('--basis-color-default-bg-active');
		const font = `13px ${getComputedStyle(document.body).fontFamily}`;
		const bars = (align) => uPlot.paths.bars({ size: kind === 'group' ? [0.38, 60] : [0.8, 80], align, gap: 0 });
		const skip = (u) => Math.max(step, Math.ceil(n / Math.max(1, Math.floor(u.width / 72)) / step) * step);
		return {
			width, height, padding: [12, 8, 0, 0], legend: { show: false }, cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { show: false } },
			scales: { x: { time: false, range: [-0.6, n - 0.4] }, y: { range: (_, lo, hi) => [Math.min(0, lo ?? 0), top ?? Math.max(4, (hi ?? 0) * 1.08)] } },
			axes: [
				{ stroke: text, font, grid: { show: false }, ticks: { show: false }, size: 30, splits: (u) => labels.map((_, i) => i).filter((i) => i % skip(u) === 0), values: (_, list) => list.map((i) => labels[i] ?? '') },
				{ stroke: text, font, grid: { stroke: grid, width: 1 }, ticks: { show: false }, size: (_, values) => 16 + 8 * Math.max(1, ...(values ?? []).map((v) => v.length)), values: (_, list) => list.map((v) => (Number.isInteger(v) || format !== num ? format(v) : '')) }
			],
			series: [{}, ...[...series].reverse().map((x, k) => ({
				label: x.label,
				stroke: css(x.colour),
				width: kind === 'line' ? 2 : 1,
				fill: kind === 'line' ? undefined : (u) => hatch(u.ctx, css(x.colour), x.pattern),
				paths: kind === 'line' ? undefined : bars(kind === 'group' ? (k === 0 ? 1 : -1) : 0),
				points: { show: kind === 'line' && n < 40 }
			}))],
			hooks: {
				setCursor: [(u) => {
					const i = u.cursor.idx;
					replace(read, i === null || i === undefined ? ' ' : `${labels[i]}: ${series.map((x) => `${x.label} ${format(x.values[i])}`).join(', ')}`);
				}]
			}
		};
	}
	// uPlot draws the series one over the other: the whole stack first, then what lies below its top.
	function data() {
		const x = labels.map((_, i) => i);
		const list = [...series].reverse();
		if (kind !== 'stack') return [x, ...list.map((e) => e.values.map((v) => v || null))];
		return [x, ...list.map((_, k) => sum(series.slice(0, series.length - k)))];
	}
	uplot().then((uPlot) => {
		let u = null, width = 0;
		const draw = () => {
			const w = Math.floor(plot.clientWidth);
			if (w < 40 || w === width) return;
			width = w;
			if (u) u.setSize({ width, height });
			else u = new uPlot(options(uPlot, width), data(), plot);
		};
		const watch = new ResizeObserver(() => requestAnimationFrame(draw));
		watch.observe(plot);
		draw();
	}).catch(() => replace(plot, t('chart.failed')));
	return node;
}

// A chart's figures as a table, folded away.
export const figures = (title, content) => h('details', { class: 'figures' }, h('summary', null, title), content);
