// Lessons as a person takes them: from the gallery to the finished tick, by wrong ways too, and lessons from elsewhere.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DIST, assertAccessible, assertNoSideways, assertQuiet, everywhere, openPage, shot } from './harness.mjs';

const open = async (slug, options = {}) => {
  const page = await openPage({ query: `?scenario=${slug}`, ...options });
  await page.locator('.lesson h2').waitFor();
  return page;
};
const step = (page, n) => page.locator('.steps > li').nth(n - 1);
const ticked = (page, n) => page.waitForFunction((at) => document.querySelectorAll('.steps > li')[at - 1]?.classList.contains('done'), n, { timeout: 60000 });
const run = (page, n, words) => step(page, n).getByRole('button', { name: words }).click();
const guess = (page, n, words) => step(page, n).locator('.guess').getByRole('button', { name: words }).click();
const type = async (page, line) => {
  await page.waitForFunction(() => !document.querySelector('.pane.term [role=tab][aria-selected=true]')?.textContent.includes('●'), undefined, { timeout: 60000 });
  const field = page.locator('.pane.term input').first();
  await field.fill(line);
  await field.press('Enter');
};
const finished = (page) => page.getByRole('heading', { name: 'Why it works' }).waitFor({ timeout: 60000 });

test('a lesson by its buttons alone, from the gallery to the next one', async () => {
  const page = await openPage();
  await page.getByRole('button', { name: 'Lessons' }).click();
  await page.getByRole('button', { name: 'Ping a pod by its address' }).click();
  await page.locator('.lesson h2', { hasText: 'Ping a pod' }).waitFor();
  await run(page, 1, /kubectl apply/);
  await ticked(page, 1);
  await run(page, 2, /get pods/);
  await ticked(page, 2);
  assert.equal(await step(page, 3).getByRole('button', { name: /^Run/ }).count(), 0, 'first the guess');
  await guess(page, 3, /Yes, by the pod/);
  await run(page, 3, /ping/);
  await ticked(page, 3);
  await finished(page);
  assert.match(await page.locator('.lesson').innerText(), /As you guessed/);
  await assertAccessible(page);
  assertQuiet(page);
  await page.getByRole('button', { name: /^Next: / }).click();
  await page.locator('.lesson h2', { hasText: 'Replace a pod' }).waitFor();
  await page.getByRole('button', { name: '‹ All lessons' }).click();
  assert.match(await page.locator('.cards li', { hasText: 'Ping a pod by its address' }).innerText(), /Done/);
  await page.reload();
  await page.getByRole('button', { name: 'Lessons' }).first().click();
  assert.match(await page.locator('.cards li', { hasText: 'Ping a pod by its address' }).innerText(), /Done/, 'progress is kept');
});

test('a lesson by a wrong way first: told what was seen, hinted to, then done', async () => {
  const page = await open('selector-typo');
  await run(page, 1, /get pods/).catch(() => {});
  await guess(page, 1, /A refusal/);
  await run(page, 1, /kubectl get pods,services/);
  await run(page, 1, /curl/);
  await ticked(page, 1);
  await run(page, 2, /describe/);
  await run(page, 2, /show-labels/);
  await ticked(page, 2);
  // The wrong way: restart everything.
  await type(page, 'kubectl delete pod -l app=numbers-api');
  await page.waitForFunction(() => /must select a label/.test(document.querySelector('.notyet')?.textContent ?? ''), undefined, { timeout: 60000 });
  assert.match(await step(page, 3).innerText(), /Not yet: [^]*the reply does not say/);
  await page.getByRole('button', { name: 'Hint: a nudge' }).click();
  await page.getByRole('button', { name: 'Hint: the evidence' }).click();
  await page.getByRole('button', { name: 'Hint: the fix' }).click();
  await page.getByRole('button', { name: 'The solution' }).click();
  assert.match(await page.locator('.diff').first().innerText(), /- .*app: number-api\s+\+ .*app: numbers-api/);
  await shot(page, 'lesson-solution');
  await assertAccessible(page);
  await type(page, "sed -i 's/number-api/numbers-api/' api-service.yaml");
  await type(page, 'kubectl apply -f api-service.yaml');
  await ticked(page, 3);
  await finished(page);
  assertQuiet(page);
});

test('the lab, written in the terminal', async () => {
  const page = await open('the-lab');
  await run(page, 1, /show-labels/);
  await ticked(page, 1);
  for (const line of readFileSync(new URL('../../static/scenarios/the-lab/solution.sh', import.meta.url), 'utf8').trim().split('\n')) await type(page, line);
  await ticked(page, 3);
  await run(page, 4, /curl/);
  await finished(page);
  assertQuiet(page);
});

test('a reference in the text shows the thing', async () => {
  const page = await open('selector-typo');
  await step(page, 2).getByRole('button', { name: 'numbers-api' }).first().click();
  assert.match(await page.locator('.card').innerText(), /numbers-api/);
});

test('a step begins again, and a lesson starts over', async () => {
  const page = await open('ping-a-pod');
  await run(page, 1, /kubectl apply/);
  await ticked(page, 1);
  await page.getByRole('button', { name: 'Again from here, step 1' }).click();
  await page.waitForFunction(() => !document.querySelector('.steps > li').classList.contains('done'));
  await run(page, 1, /kubectl apply/);
  await ticked(page, 1);
  await page.getByRole('button', { name: 'Start over' }).click();
  await page.waitForFunction(() => !document.querySelector('.steps > li').classList.contains('done'));
});

test('lesson and gallery at every width in both themes', async () => {
  await everywhere({ query: '?scenario=selector-typo' }, async (page) => {
    await page.locator('.lesson h2').waitFor();
    await page.locator('.steps .prose').first().waitFor();
    assertQuiet(page);
    await assertNoSideways(page);
    await assertAccessible(page, { exclude: ['.panes'] }); // the page's own affair
    await shot(page, 'lesson');
    await page.getByRole('button', { name: '‹ All lessons' }).click();
    await page.locator('.cards li').first().waitFor();
    await assertNoSideways(page);
    await assertAccessible(page);
    await shot(page, 'gallery');
  });
});

test('the gallery by keyboard: focus comes in, Escape leads out', async () => {
  const page = await openPage();
  await page.getByRole('button', { name: 'Lessons' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.cards li').first().waitFor();
  await page.waitForFunction(() => document.activeElement.id === 'gallery-title');
  await page.keyboard.press('Escape');
  await page.locator('.gallery').waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement.textContent === 'Lessons');
});

test('the sandboxes are other clusters, without a lesson', async () => {
  const page = await openPage({ query: '?scenario=sandbox-kind' });
  assert.match(await page.innerText('.head'), /3 nodes/);
  assert.equal(await page.locator('.lesson').count(), 0);
});

test('a lesson that is not there is said, with those that are', async () => {
  const page = await openPage({ query: '?scenario=no-such-lesson' });
  await page.getByRole('alert').waitFor();
  assert.match(await page.innerText('[role=alert]'), /no lesson called no-such-lesson/);
  await page.locator('.cards li').first().waitFor();
  assertQuiet(page);
});

const theirs = () => {
  const bundle = JSON.parse(readFileSync(`${DIST}/scenarios/ping-a-pod.json`, 'utf8'));
  delete bundle.markdown;
  bundle.files['lesson.md'] = '**Their** text <img src=x onerror="document.title=1"> and [a link](javascript:alert(1)).\n\n' + bundle.files['lesson.md'];
  return bundle;
};

test('a lesson beside a post: fetched, shown as theirs, its text only text', async () => {
  const page = await openPage({
    query: '?scenario=https://blog.example/lesson.json',
    before: (it) => it.route('https://blog.example/**', (route) => route.fulfill({ json: theirs(), headers: { 'access-control-allow-origin': '*' } })),
  });
  await page.locator('.foreign').waitFor();
  assert.match(await page.innerText('.foreign'), /blog\.example/);
  await page.locator('.lesson strong', { hasText: 'Their' }).waitFor();
  assert.equal(await page.locator('.lesson img').count(), 0);
  assert.equal(await page.locator('.lesson a[href^="javascript"]').count(), 0);
  assert.match(await page.innerText('.lesson'), /<img src=x/);
  assert.equal(await page.title(), 'cluster-playground');
  assertQuiet(page);
});

test('what is too long, unreadable or not allowed is said in words', async () => {
  for (const [answer, said] of [
    [{ body: 'x'.repeat(300 * 1024), headers: { 'access-control-allow-origin': '*' } }, /longer than 256 KiB/],
    [{ body: '<html>', headers: { 'access-control-allow-origin': '*' } }, /no bundle/],
    [{ status: 404, body: '', headers: { 'access-control-allow-origin': '*' } }, /answered 404/],
    [null, /could not be fetched.*Access-Control-Allow-Origin/],
  ]) {
    const page = await openPage({
      query: '?scenario=https://blog.example/lesson.json',
      before: (it) => it.route('https://blog.example/**', (route) => (answer ? route.fulfill(answer) : route.abort('failed'))),
    });
    await page.getByRole('alert').waitFor();
    assert.match(await page.innerText('[role=alert]'), said);
    await page.context().close();
  }
});

test('a lesson from a file of this machine', async () => {
  const page = await openPage();
  await page.getByRole('button', { name: 'Lessons' }).click();
  await page.getByLabel('Bundle').setInputFiles({ name: 'lesson.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(theirs())) });
  await page.locator('.foreign').waitFor();
  assert.match(await page.innerText('.foreign'), /this machine/);
});

test('a lesson from a folder of this machine', async () => {
  const page = await openPage();
  await page.getByRole('button', { name: 'Lessons' }).click();
  await page.getByLabel('Folder').setInputFiles(new URL('../../static/scenarios/headless', import.meta.url).pathname);
  await page.locator('.lesson h2', { hasText: 'the pods themselves' }).waitFor();
});

test('where storage is blocked, lessons work and nothing is kept', async () => {
  const page = await open('ping-a-pod', {
    before: (it) => it.addInitScript(() => Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('blocked', 'SecurityError'); } })),
  });
  await run(page, 1, /kubectl apply/);
  await ticked(page, 1);
  assertQuiet(page);
});
