// The real Vega-Lite draws the same marks at the same places.
//
//   node vega.js DIRECTORY      of pairs NAME.json (specification), NAME.svg (our picture)
//
// Vega gets the size of our plot, so places can be compared one by one.  A text may be left
// out by us where it would cover another; labels on free places may move up or down.
'use strict';
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

// Both are ES modules, and their folder stands in NODE_PATH.
const load = name => import(pathToFileURL(require.resolve(name)));
let vega, vegaLite;

const tolerance = 1;
let number = 0, failed = 0;
const ok = (good, what) => {
	number++;
	if (!good) failed++;
	console.log(`${good ? 'ok' : 'not ok'} ${number} - ${what}`);
};
const note = text => console.log('# ' + text);

const attributes = tag => Object.fromEntries([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(m => [m[1], m[2]]));
const unescape = text => text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code))
	.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&amp;/g, '&');

// Our layers: [{mark, items: [...]}], places relative to the plot.
function ours(svg) {
	const plot = attributes(svg.match(/<rect class="plot"[^>]*>/)[0]);
	const left = +plot.x, top = +plot.y;
	const layers = [...svg.matchAll(/<g class="(bar|line|area|rect|point|rule|text)"[^>]*>(.*?)<\/g>/g)].map(([, mark, inside]) => {
		let items = [];
		if (mark === 'bar' || mark === 'rect')
			items = [...inside.matchAll(/<rect[^>]*>/g)].map(m => attributes(m[0])).map(a => [+a.x - left, +a.y - top, +a.width, +a.height]);
		else if (mark === 'text')
			items = [...inside.matchAll(/<text([^>]*)>(.*?)<\/text>/g)].map(m => [attributes(m[1]), unescape(m[2])])
				.map(([a, text]) => ({ x: +a.x - left, y: +a.y - top, size: +a['font-size'], text }));
		else if (mark === 'point')
			items = [...inside.matchAll(/M(-?[\d.]+) (-?[\d.]+)(h0|a([\d.]+))/g)].map(m => [+m[1] - left + (m[4] ? +m[4] : 0), +m[2] - top]);
		else
			items = [...inside.matchAll(/ d="([^"]*)"/g)].map(m => [...m[1].matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(p => [+p[1] - left, +p[2] - top]));
		return { mark, items };
	});
	const grids = [...svg.matchAll(/<g class="grid"[^>]*>(.*?)<\/g>/g)].map(m => [...m[1].matchAll(/M(-?[\d.]+) (-?[\d.]+)L(-?[\d.]+) (-?[\d.]+)/g)]
		.map(p => ({ x1: +p[1] - left, y1: +p[2] - top, x2: +p[3] - left, y2: +p[4] - top })));
	return { width: +plot.width, height: +plot.height, layers, grids };
}

// All items of the marks whose name begins so, in order.
function itemsOf(node, name, found) {
	if (node.name && node.name.startsWith(name)) {
		if (node.marktype !== 'group') { found.push(...node.items); return found; }
	}
	for (const child of node.items || []) itemsOf(child, name, found);
	return found;
}

async function theirs(spec, width, height) {
	const copy = JSON.parse(JSON.stringify(spec));
	Object.assign(copy, { width, height, autosize: 'none' });
	const warnings = [];
	const logger = { level() { return this; }, warn(...m) { warnings.push(m.join(' ')); return this; }, info() { return this; }, debug() { return this; }, error(...m) { warnings.push(m.join(' ')); return this; } };
	const compiled = vegaLite.compile(copy, { logger }).spec;
	const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
	await view.runAsync();
	const root = view.scenegraph().root;
	const layers = (spec.layer || [spec]).map((layer, i) => ({
		mark: typeof layer.mark === 'string' ? layer.mark : layer.mark.type,
		settings: typeof layer.mark === 'string' ? {} : layer.mark,
		items: itemsOf(root, spec.layer ? `layer_${i}_` : '', []).filter(item => spec.layer || item.mark.name)
	}));
	return { layers, view, warnings };
}

const near = (a, b) => Math.abs(a - b) <= tolerance;

// Each of our marks with the nearest of theirs that is still free.
function comparePairs(mine, its, what) {
	const a = mine, b = its, free = its.slice();
	let worst = 0;
	for (const p of a) {
		const distances = free.map(q => Math.max(...p.map((v, j) => Math.abs(v - q[j]))));
		const best = distances.indexOf(Math.min(...distances));
		if (best < 0) break;
		worst = Math.max(worst, distances[best]);
		free.splice(best, 1);
	}
	ok(a.length === b.length && worst <= tolerance, `${what}: ${a.length} marks, ${b.length} of Vega-Lite, at most ${worst.toFixed(2)} pixels apart`);
}

function compareTexts(mine, its, settings, what) {
	const shift = { top: 0.95, middle: 0.35, bottom: -0.25 }[settings.baseline || 'middle'];
	const left = its.filter(item => item.text !== null && item.text !== '');
	let placed = 0, moved = 0;
	for (const text of mine) {
		const i = left.findIndex(item => near(item.x + (item.dx || 0), text.x) && near(item.y + (item.dy || 0) + shift * text.size, text.y));
		if (i >= 0) { left.splice(i, 1); placed++; continue; }
		const j = left.findIndex(item => near(item.x + (item.dx || 0), text.x));
		if (j >= 0) { left.splice(j, 1); moved++; continue; }
		note(`no text of Vega-Lite at ${JSON.stringify(text)}`);
	}
	ok(placed + moved === mine.length, `${what}: ${mine.length} texts, ${moved} of them moved, ${left.length} left out`);
	return left.length;
}

(async () => {
	const directory = process.argv[2];
	vega = await load('vega');
	vegaLite = await load('vega-lite');
	for (const file of fs.readdirSync(directory).filter(f => f.endsWith('.json')).sort()) {
		const name = path.basename(file, '.json');
		const spec = JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8'));
		const our = ours(fs.readFileSync(path.join(directory, name + '.svg'), 'utf8'));
		const their = await theirs(spec, our.width, our.height);
		ok(their.warnings.length === 0, `${name}: Vega-Lite has no warnings`);
		their.warnings.forEach(note);
		ok(our.layers.length === their.layers.length, `${name}: ${our.layers.length} layers`);
		our.layers.forEach((layer, i) => {
			const its = their.layers[i], what = `${name}, layer ${i}, ${layer.mark}`;
			if (layer.mark === 'bar' || layer.mark === 'rect')
				comparePairs(layer.items, its.items.map(m => [m.x, m.y, m.width, m.height]), what);
			else if (layer.mark === 'point')
				comparePairs(layer.items, its.items.map(m => [m.x, m.y]), what);
			else if (layer.mark === 'line')
				comparePairs(layer.items.flat(), its.items.filter(m => m.defined !== false).map(m => [m.x, m.y]), what);
			else if (layer.mark === 'area')
				comparePairs(layer.items.flat(), its.items.flatMap(m => [[m.x, m.y], [m.x, m.y2]]), what);
			else if (layer.mark === 'rule')
				comparePairs(layer.items.map(([a, b]) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])]),
					its.items.map(m => [Math.min(m.x, m.x2 ?? m.x), Math.min(m.y, m.y2 ?? m.y), Math.max(m.x, m.x2 ?? m.x), Math.max(m.y, m.y2 ?? m.y)]), what);
			else
				compareTexts(layer.items, its.items, its.settings, what);
		});
		// the ends of the axes: the scale of Vega-Lite has our grid lines at its ticks or ends
		for (const channel of ['x', 'y']) {
			let scale;
			try { scale = their.view.scale(channel); } catch (e) { continue; }
			if (scale.bandwidth) continue;
			const lines = our.grids.flat().filter(l => channel === 'x' ? near(l.x1, l.x2) : near(l.y1, l.y2)).map(l => channel === 'x' ? l.x1 : l.y1);
			if (lines.length === 0) continue;
			const values = lines.map(l => scale.invert(l)), steps = values.slice(1).map((v, i) => v - values[i]);
			const size = Math.abs(scale.domain()[1] - scale.domain()[0]);
			ok(steps.every(s => Math.abs(s - steps[0]) < size / 100) && values.every(v => Math.abs(v / steps[0] - Math.round(v / steps[0])) < 0.05 || steps.length === 0),
				`${name}: grid lines of ${channel} are at ${values.map(v => +v.toPrecision(3)).join(', ')} of [${scale.domain().map(Number).join(', ')}]`);
		}
	}
	console.log(`1..${number}`);
	process.exit(failed > 0 ? 1 : 0);
})();
