// How fast the page in dist/ is, in Chromium on this machine: from navigation to an interactive diagram, from an edit to the
// diagram that shows it, and the main thread's work per frame while requests move. Writes docs/pace-page.md.
import { cpus } from 'node:os';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { close, openPage, theBrowser } from '../../tests/browser/harness.mjs';
import { atOnce, idle, type } from '../../tests/browser/words.mjs';

const REPORT = fileURLToPath(new URL('../../docs/pace-page.md', import.meta.url));
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

/** From Enter on an edit of a Service until the frame after the diagram shows it. */
async function edits(pods, times) {
  const page = await crowd(pods);
  const found = [];
  for (let i = 0; i < times; i++) {
    await page.locator('.screen input').fill(`kubectl patch svc web -p '{"spec":{"selector":{"app":"web","turn":"${i}"}}}'`);
    found.push(await page.evaluate((words) => new Promise((done) => {
      const start = performance.now();
      const look = () => (document.querySelector('.diagram')?.textContent.includes(words) ? done(performance.now() - start) : requestAnimationFrame(look));
      document.querySelector('.screen input').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      look();
    }), `turn=${i}`));
    await idle(page);
  }
  const seen = await page.locator('.diagram').evaluate((it) => it.textContent.match(/\d+ pods/g)?.join(', '));
  await page.context().close();
  return { found, seen };
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

try {
  const rows = [];
  const row = (what, found, aim) => {
    rows.push(`| ${what} | ${ms(at(found, 0.5))} | ${ms(at(found, 0.95))} | ${aim} |`);
    console.log(rows.at(-1));
  };
  row('navigation to an interactive diagram', await navigation(9), '400 ms');
  const hundred = await edits(100, 40);
  row('edit to updated diagram, 100 pods', hundred.found, 'p95 16 ms');
  const thousand = await edits(1000, 20).catch((error) => ({ error }));
  if (thousand.found) row('edit to updated diagram, 1,000 pods', thousand.found, 'p95 50 ms');
  else console.log(`1,000 pods: ${thousand.error.message.split('\n')[0]}`);
  const { work, moving } = await frames(100);
  row(`main thread per frame, 100 pods, ${moving} packets`, work, 'p95 6 ms');
  const version = (await theBrowser()).version();
  writeFileSync(REPORT, `# Pace of the page

Written by \`scripts/pace\` (${new Date().toISOString().slice(0, 10)}, Chromium ${version}, ${cpus().length} × ${cpus()[0].model.trim()}). Nothing
asserts these numbers: a machine that is busy makes them larger. Compare them with those of the same machine before a change.

| what | median | p95 | aim |
| --- | --- | --- | --- |
${rows.join('\n')}

An edit is \`kubectl patch\` of a Service, from the Enter key to the frame that shows it. Work per frame is the sum of the main thread's
tasks between two animation frames, from the browser's own trace, while 100 requests sent at once are under way.
`);
} finally {
  await close();
}
