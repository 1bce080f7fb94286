// How fast the engine is, as benches/cluster.rs measured it in the folder $CRITERION, and the page in dist/, in Chromium on this machine: from navigation to
// an interactive diagram, from an edit to the diagram that shows it, from a key to its diagnostics, and the main thread's work per
// frame while requests move. Writes docs/pace.md.
import { cpus } from 'node:os';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { close, openPage, theBrowser } from '../../tests/browser/harness.mjs';
import { atOnce, idle, type } from '../../tests/browser/words.mjs';

const REPORT = fileURLToPath(new URL('../../docs/pace.md', import.meta.url));
const MEASURED = process.env.CRITERION;
const at = (values, part) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];
const ms = (value) => `${value.toFixed(1)} ms`;

/** From the start of the navigation until the diagram's things can be used. */
async function navigation(times) {
  const found = [];
  for (let i = 0; i < times; i++) {
    const page = await openPage({
      before: (it) => it.addInitScript(() => {
        new MutationObserver((_, observer) => {
          if (!document.querySelector('.diagram .item')) return;
          observer.disconnect();
          requestAnimationFrame(() => { globalThis.interactive = performance.now(); });
        }).observe(document, { childList: true, subtree: true });
      }),
    });
    found.push(await page.waitForFunction(() => globalThis.interactive).then((it) => it.jsonValue()));
    await page.context().close();
  }
  return found;
}

/** A page with a Service and so many pods behind it. */
async function crowd(pods, options = {}) {
  const page = await openPage(options);
  await atOnce(page);
  await type(page, 'kubectl create deployment web --image=nginx --replicas=' + Math.min(pods, 100));
  // A node takes 110 pods at most, as a real one does.
  for (let more = 100; more < pods; more += 100) await type(page, `kubectl create deployment web${more} --image=nginx --replicas=100`);
  await type(page, 'kubectl expose deployment web --port=80');
  await type(page, 'sleep 60');
  await page.getByRole('tab', { name: 'Hops' }).first().click();
  return page;
}

/** From Enter on an edit of a Service until the diagram that says so is laid out, and until the frame that shows it. */
async function edits(pods, times) {
  const page = await crowd(pods);
  const found = { drawn: [], shown: [] };
  for (let i = 0; i < times; i++) {
    await page.locator('.screen input').fill(`kubectl patch svc web -p '{"spec":{"selector":{"app":"web","turn":"${i}"}}}'`);
    const { drawn, shown } = await page.evaluate((words) => new Promise((done) => {
      const diagram = document.querySelector('.diagram');
      const start = performance.now();
      const watch = new MutationObserver(() => {
        if (!diagram.textContent.includes(words)) return;
        watch.disconnect();
        diagram.getBoundingClientRect(); // lays it out
        const drawn = performance.now() - start;
        requestAnimationFrame(() => done({ drawn, shown: performance.now() - start }));
      });
      watch.observe(diagram, { childList: true, subtree: true, characterData: true });
      document.querySelector('.screen input').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    }), `turn=${i}`);
    found.drawn.push(drawn);
    found.shown.push(shown);
    await idle(page);
  }
  await page.context().close();
  return found;
}

/** What the main thread does between two frames while requests move. */
async function frames(pods) {
  const page = await crowd(pods, { motion: true });
  await page.getByLabel('How often').selectOption({ label: '×100' });
  await page.getByLabel('What to send').selectOption({ label: 'HTTP GET' });
  await page.getByLabel('From', { exact: true }).selectOption({ index: 1 });
  await page.getByLabel('To', { exact: true }).fill('web');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.packet.other').first().waitFor();
  const browser = await theBrowser();
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  await page.waitForTimeout(2500);
  const moving = await page.locator('.packet').count();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  await page.context().close();
  const frame = traceEvents.filter((it) => it.name === 'FireAnimationFrame');
  const { pid, tid } = frame[0];
  const tasks = traceEvents.filter((it) => it.pid === pid && it.tid === tid && it.name === 'RunTask' && it.dur);
  const starts = frame.filter((it) => it.pid === pid && it.tid === tid).map((it) => it.ts).sort((a, b) => a - b);
  const work = starts.slice(1).map((end, i) => tasks.reduce((sum, task) => {
    const from = Math.max(task.ts, starts[i]);
    return sum + Math.max(0, Math.min(task.ts + task.dur, end) - from);
  }, 0) / 1000);
  return { work, moving };
}

/** From a key in the editor until the marks in its text have changed, before the frame is painted. */
async function keys(pods, times) {
  const page = await crowd(pods);
  await page.waitForSelector('.cm-content');
  await page.getByRole('tab', { name: 'sleep2-service.yaml' }).click();
  await page.locator('.cm-line', { hasText: /port: \d+$/ }).first().click();
  await page.keyboard.press('End');
  await page.evaluate(() => {
    globalThis.took = [];
    let began = 0;
    let before = '';
    const marks = () => [...document.querySelectorAll('.cm-lintRange')].map((it) => it.textContent).join('|');
    addEventListener('keydown', () => { began = performance.now(); before = marks(); }, true);
    new MutationObserver(() => {
      if (began && marks() !== before) { took.push(performance.now() - began); began = 0; }
    }).observe(document.querySelector('.cm-content'), { subtree: true, childList: true, attributes: true, characterData: true });
  });
  for (let n = 0; n < times; n++) {
    await page.keyboard.press(n % 2 ? 'Backspace' : 'x');
    await page.waitForTimeout(60);
  }
  const took = await page.evaluate(() => globalThis.took);
  await page.context().close();
  return took;
}

/** What the benchmark of the engine measured last, by its own names: the median in milliseconds. */
function engine() {
  const found = [];
  const look = (folder, name) => {
    const file = `${folder}/new/estimates.json`;
    if (existsSync(file)) found.push([name, JSON.parse(readFileSync(file)).median.point_estimate / 1e6]);
    else for (const entry of readdirSync(folder)) if (entry !== 'report') look(`${folder}/${entry}`, `${name}${name && ' '}${entry.replaceAll('_', ' ')}`);
  };
  look(MEASURED, '');
  // 10 before 1000.
  return found.sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
}

const AIMS = { 'deployment until ready 1000': '50 ms' };
function about(value) {
  if (value >= 1000) return `${(value / 1000).toPrecision(3)} s`;
  return value >= 1 ? `${value.toPrecision(3)} ms` : `${(value * 1000).toPrecision(3)} µs`;
}

try {
  const rows = [];
  const row = (what, found, aim) => {
    rows.push(`| ${what} | ${ms(at(found, 0.5))} | ${ms(at(found, 0.95))} | ${aim} |`);
    console.log(rows.at(-1));
  };
  row('navigation to an interactive diagram', await navigation(9), '400 ms');
  for (const [pods, times, aim] of [[100, 40, 'p95 16 ms'], [1000, 20, 'p95 50 ms']]) {
    const { drawn, shown } = await edits(pods, times);
    const many = pods.toLocaleString('en');
    row(`edit to updated diagram, ${many} pods`, drawn, aim);
    row(`edit to the frame that shows it, ${many} pods`, shown, '');
  }
  row('key to diagnostics, 100 pods', await keys(100, 100), 'p95 16 ms');
  const { work, moving } = await frames(100);
  row(`main thread per frame, 100 pods, ${moving} packets`, work, 'p95 6 ms');
  const version = (await theBrowser()).version();
  const day = new Date().toISOString().slice(0, 10);
  writeFileSync(REPORT, `# Pace

Written by \`scripts/pace\` (${day}, ${cpus().length} × ${cpus()[0].model.trim()}). Nothing asserts these numbers: a machine that is
busy makes them larger. Compare them with those of the same machine before a change.

## The engine

Native, as \`cargo bench\` measures it (\`benches/cluster.rs\`). A Deployment with its Service is applied, and virtual time runs until
every pod is ready.

| what | median | aim |
| --- | ---: | ---: |
${engine().map(([name, took]) => `| ${name} | ${about(took)} | ${AIMS[name] ?? ''} |`).join('\n')}

## The page

The released wasm in Chromium ${version}.

| what | median | p95 | aim |
| --- | ---: | ---: | ---: |
${rows.join('\n')}

An edit is \`kubectl patch\` of a Service, from the Enter key until the diagram says so and is laid out; the frame that shows it
waits for the display, up to a sixtieth of a second. A key's diagnostics are the marks in the
editor's text, before they are painted. Work per frame is the sum of the main thread's tasks between two animation frames, from the
browser's own trace, while 100 requests sent at once are under way.
`);
  console.log(`written: ${REPORT}`);
} finally {
  await close();
}
