// What an author sets and a page asks: views, heights, a plain frame that waits, print, full screen, lessons, refusals.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { openWorld } from './embed/world.mjs';

let world;

const small = (src, body) => `<!doctype html><meta charset="utf-8"><title>t</title><script src="${src}embed.js"></script>${body.replaceAll('SRC', src)}`;
const text = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const block = (path, language) => text(path).split(`\`\`\`${language}\n`)[1].split('```')[0];
const documented = (path) => (src) => `<!doctype html><meta charset="utf-8"><title>t</title>${block(path, 'html').replaceAll('/assets/cluster-playground/', src)}<pre><code class="language-shell">echo hello</code></pre>`;
const PAGES = {
  '/readme': documented('README.md'),
  '/docs': documented('docs/embedding.md'),
  '/protocol': (src) => `<!doctype html><title>t</title><script>addEventListener('DOMContentLoaded',()=>{${block('docs/embedding.md', 'js')}})</script><iframe src="${src}?view=terminal"></iframe>`,
  '/one': (src) => small(src, '<cluster-playground id="one" src="SRC" view="terminal"></cluster-playground>'),
  '/frame': (src) => `<!doctype html><title>t</title><iframe name="plain" src="${src}?start=click&amp;view=diagram&amp;theme=dark" width="700" height="500"></iframe>`,
  '/readonly': (src) => small(src, '<cluster-playground id="one" src="SRC" view="split" readonly></cluster-playground>'),
  '/auto': (src) => small(src, '<cluster-playground id="one" src="SRC" view="diagram" height="auto"></cluster-playground>'),
  '/lazy': (src) => small(src, '<div style="height:9000px"></div><cluster-playground id="one" src="SRC" start="auto"><p>poster</p></cluster-playground>'),
  '/views': (src) => small(src, ['full', 'split', 'diagram', 'terminal'].map((view) => `<cluster-playground id="${view}" src="SRC" view="${view}"></cluster-playground>`).join('')),
};

before(async () => {
  world = await openWorld((url, play) => PAGES[url.pathname]?.(play));
});
after(() => world?.close());

const frameOf = async (page, id = 'one') => {
  const handle = await page.evaluateHandle((element) => document.getElementById(element).shadowRoot.querySelector('iframe'), id);
  return handle.asElement().contentFrame();
};
const call = (page, method, ...args) => page.evaluate(([name, given]) => document.getElementById('one')[name](...given), [method, args]);

for (const path of ['/readme', '/docs']) {
  test(`the snippet of ${path} gives a playground whose blocks run`, async () => {
    const page = await world.page(path);
    await page.locator('.cluster-playground-run .run').click();
    await page.locator('.cluster-playground-run div[data-state=ok]').waitFor();
    assert.equal(await page.locator('.cluster-playground-run pre').innerText(), '$ echo hello\nhello\n');
    assert.deepEqual(page.problems, []);
  });
}

test('the protocol works as its example says', async () => {
  const page = await world.page('/protocol');
  await page.waitForFunction(() => document.title === 'it answers\n' || document.title === 'it answers');
  assert.deepEqual(page.problems, []);
});

test('a plain frame with start=click loads nothing big before the click', async () => {
  world.sent.length = 0;
  const page = await world.page('/frame');
  const frame = page.frames().find((it) => it.name() === 'plain');
  const start = frame.getByRole('button', { name: 'Start' });
  await start.waitFor();
  assert.deepEqual(world.sent.filter((path) => path.endsWith('.wasm')), []);
  await start.click();
  await frame.waitForSelector('.app[data-view=diagram]');
  assert.equal(await frame.getAttribute('html', 'data-theme'), 'dark');
  assert.equal(await frame.locator('.pane.term').isVisible(), false);
  assert.deepEqual(page.problems, []);
});

test('each view shows its panes', async () => {
  const page = await world.page('/views');
  for (const [view, stage, term] of [['full', true, true], ['split', true, true], ['diagram', true, false], ['terminal', false, true]]) {
    await page.evaluate((id) => document.getElementById(id).run('true'), view);
    const frame = await frameOf(page, view);
    assert.equal(await frame.locator('.pane.stage').isVisible(), stage, view);
    assert.equal(await frame.locator('.pane.term').isVisible(), term, view);
  }
});

test('readonly: files cannot be changed, a manifest is refused, and the element says so', async () => {
  const page = await world.page('/readonly');
  const [refused, told] = await page.evaluate(async () => {
    const element = document.getElementById('one');
    const event = new Promise((resolve) => element.addEventListener('error', (it) => resolve(it.detail.message)));
    return [await element.apply('kind: Pod').catch((error) => error.message), await event];
  });
  assert.equal(refused, 'this playground can only be read');
  assert.equal(told, refused);
});

test('a height that follows the diagram, up to a cap', async () => {
  const page = await world.page('/auto', { width: 420, height: 1000 });
  const high = () => page.evaluate(() => document.getElementById('one').getBoundingClientRect().height);
  const reserved = await high();
  await call(page, 'run', 'kubectl create deployment web --image=nginx --replicas=6; kubectl create deployment api --image=nginx --replicas=6');
  await page.waitForFunction((before) => document.getElementById('one').getBoundingClientRect().height > before + 50, reserved);
  assert.ok((await high()) <= 0.9 * 1000 + 60, 'the cap, and the margins around');
});

test('start=auto waits until it comes near', async () => {
  const page = await world.page('/lazy');
  await page.waitForTimeout(800);
  assert.equal(page.frames().length === 1 || page.frames()[1].url() === 'about:blank' || page.frames()[1].url() === '', true, 'nothing is loaded far away');
  await page.evaluate(() => document.getElementById('one').scrollIntoView());
  await page.waitForFunction(() => document.getElementById('one').shadowRoot.querySelector('iframe'));
  const frame = await frameOf(page);
  await frame.waitForSelector('.app');
});

test('print shows the poster, not the frame', async () => {
  const page = await world.page('/one');
  await page.evaluate(() => document.getElementById('one').append(Object.assign(document.createElement('p'), { id: 'poster', textContent: 'poster' })));
  await call(page, 'run', 'true');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('#poster').isVisible(), true);
  assert.equal(await page.locator('iframe').isVisible(), false);
});

test('full screen', async () => {
  const page = await world.page('/one');
  await call(page, 'run', 'true');
  await page.getByRole('button', { name: 'Full screen' }).click();
  await page.waitForFunction(() => document.fullscreenElement?.id === 'one');
});

test('a lesson is loaded, and its end is told', async () => {
  const page = await world.page('/one');
  const passed = page.evaluate(() => new Promise((resolve) => document.addEventListener('exercise-passed', (event) => resolve(event.detail))));
  await call(page, 'load', 'ping-a-pod');
  for (const line of text('static/scenarios/ping-a-pod/solution.sh').split('\n')) {
    if (line.trim() && !line.startsWith('#')) assert.equal((await call(page, 'run', line)).exit, 0, line);
  }
  assert.deepEqual(await passed, { exercise: 'ping-a-pod' });
});

test('a scenario that is not there is refused, and the visitor is told which', async () => {
  const page = await world.page('/one');
  await assert.rejects(call(page, 'load', 'no-such-lesson'), /could not be loaded/);
  const frame = await frameOf(page);
  await frame.getByText('no-such-lesson').first().waitFor();
});
