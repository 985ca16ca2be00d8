// What a browser sees in pictures and reports.
//
//   node browser.js DIRECTORY      of NAME.svg, and of NAME.html (which also becomes NAME.pdf and NAME.png)
//
// No request, no script, no text outside the frame, no text over another, no finding of axe-core.
'use strict';
const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');

let number = 0, failed = 0;
const ok = (good, what) => {
	number++;
	if (!good) failed++;
	console.log(`${good ? 'ok' : 'not ok'} ${number} - ${what}`);
};
const note = text => console.log('# ' + text);
const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

// Texts of all pictures of a page: outside of their picture, or over one another.
function measure() {
	const found = { texts: 0, outside: [], overlapping: [], scripts: document.querySelectorAll('script').length };
	for (const svg of document.querySelectorAll('svg')) {
		const frame = svg.getBoundingClientRect();
		const boxes = [...svg.querySelectorAll('text')].map(text => ({ text: text.textContent, box: text.getBoundingClientRect() })).filter(t => t.box.width > 0);
		found.texts += boxes.length;
		for (const { text, box } of boxes)
			if (box.left < frame.left - 0.5 || box.top < frame.top - 0.5 || box.right > frame.right + 0.5 || box.bottom > frame.bottom + 0.5)
				found.outside.push(text);
		for (let i = 0; i < boxes.length; i++)
			for (let j = i + 1; j < boxes.length; j++) {
				const a = boxes[i].box, b = boxes[j].box;
				if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5)
					found.overlapping.push([boxes[i].text, boxes[j].text]);
			}
	}
	return found;
}

// A page that keeps what it asked for and what it complained about.
async function newPage(browser) {
	const page = await (await browser.newContext({ viewport: { width: 1000, height: 1000 } })).newPage();
	page.asked = [];
	page.complained = [];
	page.on('request', request => page.asked.push(request.url()));
	page.on('console', message => page.complained.push(message.text()));
	page.on('pageerror', error => page.complained.push(String(error)));
	return page;
}

async function look(page, name, open) {
	page.asked.length = page.complained.length = 0;
	const own = await open(page);
	const requests = page.asked.slice(), problems = page.complained.slice();
	const found = await page.evaluate(measure);
	const foreign = requests.filter(url => url !== own);
	ok(foreign.length === 0, `${name}: no requests`);
	foreign.forEach(url => note(url.slice(0, 200)));
	ok(found.scripts === 0 && problems.length === 0, `${name}: no scripts, no messages of the browser`);
	problems.forEach(note);
	ok(found.outside.length === 0, `${name}: none of ${found.texts} texts is outside the frame`);
	found.outside.slice(0, 5).forEach(text => note(text.slice(0, 100)));
	ok(found.overlapping.length === 0, `${name}: none of them is over another`);
	found.overlapping.slice(0, 5).forEach(pair => note(pair.map(t => t.slice(0, 60)).join(' | ')));
}

async function check(page, name) {
	// the page's own policy allows no script; a session of the browser's protocol does
	await page.evaluate(axeSource);
	const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
	ok(result.violations.length === 0, `${name}: axe-core finds nothing`);
	result.violations.forEach(v => note(`${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')}`));
}

(async () => {
	const directory = path.resolve(process.argv[2]);
	const files = fs.readdirSync(directory).sort();
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
	note(`Chromium ${browser.version()}`);
	let page = await newPage(browser);
	for (const file of files.filter(f => f.endsWith('.svg'))) {
		const svg = fs.readFileSync(path.join(directory, file), 'utf8');
		await look(page, file, async page => {
			await page.setContent(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Chart</title></head><body><main><h1>Chart</h1>${svg}</main></body></html>`);
		});
		// axe-core is slow, and pictures with the same parts have the same findings
		if (!/^hostile.*_(columns|points)\./.test(file)) await check(page, file);
	}
	for (const file of files.filter(f => f.endsWith('.html'))) {
		page = await newPage(browser);
		const url = 'file://' + path.join(directory, file);
		await look(page, file, async page => { await page.goto(url); return url; });
		const name = path.join(directory, path.basename(file, '.html'));
		await page.screenshot({ path: name + '.png', fullPage: true });
		await page.pdf({ path: name + '.pdf', format: 'A4', printBackground: true, preferCSSPageSize: true });
		ok(fs.statSync(name + '.pdf').size > 1000, `${file}: printed as PDF`);
		await check(page, file);
	}
	await browser.close();
	console.log(`1..${number}`);
	process.exit(failed > 0 ? 1 : 0);
})();
