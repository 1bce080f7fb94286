// Manifests in the page's editor: recorded errors at their place, completion by keyboard, fixes, files, live, to the diagram and back.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertAccessible, assertQuiet, openPage } from './harness.mjs';

const ours = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const log = (page) => page.textContent('.screen [role=log]');
const said = (page, words) => page.waitForFunction((it) => document.querySelector('.screen [role=log]').textContent.includes(it), words);

async function openEditor(options) {
  const page = await openPage(options);
  await page.waitForSelector('.cm-content');
  return page;
}

async function newFile(page, name) {
  await page.getByRole('button', { name: 'File actions' }).click();
  await page.click('text=New file…');
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await page.waitForSelector(`[role=tab][aria-selected=true]:has-text("${name}")`);
}

async function put(page, text) {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+a');
  await page.evaluate((it) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', it);
    document.querySelector('.cm-content').dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

test('recorded errors stand at their place in the recorded words', async () => {
  const files = {};
  for (const name of ['errors-manifest']) {
    for (const { sequence, files: texts, steps } of JSON.parse(ours(`recordings/${name}.json`))) {
      const file = steps[0].cmd.replace('kubectl apply -f ', '');
      if (texts[file]) files[sequence] = { text: texts[file], stderr: steps[0].stderr };
    }
  }
  const rows = ours('preview/places.txt').split('\n').filter((row) => row && !row.startsWith('#'));
  assert.ok(rows.length >= 10);
  const page = await openEditor();
  await newFile(page, 'recorded.yaml');
  for (const row of rows) {
    const [name, line, under, words] = row.split(' | ');
    const { text, stderr } = files[name];
    assert.ok(stderr.includes(words), name);
    await put(page, text);
    await page.waitForFunction((it) => [...document.querySelectorAll('.outcome li.e')].some((li) => li.textContent.startsWith(it)), `✗ Line ${line}: ${words}`, { timeout: 5000 })
      .catch(async () => assert.fail(`${name}: ${await page.textContent('.editor')}`));
    const marked = (await page.locator('.cm-lintRange-error').allInnerTexts()).join('');
    assert.ok(marked.includes(under.trim()), `${name}: ${marked}`);
  }
  assertQuiet(page);
});

test('a whole Service from an empty file, by keyboard', async () => {
  const page = await openEditor();
  await newFile(page, 'mine.yaml');
  await page.locator('.cm-content').focus();
  const keys = page.keyboard;
  const list = () => page.waitForSelector('.cm-tooltip-autocomplete li');
  const choose = async (word) => {
    if (word) await keys.type(word, { delay: 20 });
    await list();
    await page.waitForTimeout(120); // CodeMirror takes no key for the first 75 ms of a list
    await keys.press('Enter');
  };
  await choose('apiV');
  await choose('v1');
  await keys.press('Escape');
  await keys.press('Enter');
  await choose('ki');
  await choose('Serv');
  await keys.press('Escape');
  await keys.press('Enter');
  await choose('meta');
  await choose('nam');
  await keys.type('mine\n');
  await keys.press('Backspace');
  await choose('sp');
  await choose('sel');
  await keys.type('app: mine\n');
  await keys.press('Backspace');
  await choose('por');
  await choose('por');
  await keys.type('80');
  await page.waitForFunction(() => document.querySelector('.outcome summary')?.textContent.includes('would create 1 object'));
  await keys.press('Control+Enter');
  await said(page, 'service/mine created');
  assertQuiet(page);
});

test('a whole object at once', async () => {
  const page = await openEditor();
  await newFile(page, 'deploy.yaml');
  await page.locator('.cm-content').focus();
  await page.keyboard.type('Deplo', { delay: 20 });
  await page.waitForSelector('.cm-tooltip-autocomplete li');
  await page.waitForTimeout(120);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Enter');
  await said(page, 'deployment.apps/web created');
});

test('a field says what it is; its description comes when it is wanted', async () => {
  const page = await openEditor();
  await page.route('**/descriptions*.json', (route) => route.continue());
  await page.hover('.cm-line:has-text("replicas") span, .cm-line:has-text("selector") span >> nth=0');
  await page.waitForSelector('.cm-hover');
  assert.match(await page.innerText('.cm-hover'), /<\w+[\s\S]*>[\s\S]*\n[\s\S]{20}/);
});

test('what a reviewer says can be mended by a click', async () => {
  const page = await openEditor();
  await newFile(page, 'both.yaml');
  const text = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector:\n    matchLabels: {app: web}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: nginx\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector:\n    app: wep\n  ports:\n  - port: 80\n';
  await put(page, text);
  await page.waitForSelector('.cm-lintRange-warning');
  await page.hover('.cm-lintRange-warning');
  await page.click('.cm-diagnosticAction');
  await page.waitForFunction(() => document.querySelector('.outcome summary')?.textContent === 'would create 2 objects');
  assert.match(await page.innerText('.cm-content'), /app: web\n\s*ports/);
});

test('files: new, rename, delete, undo; upload and download', async () => {
  const page = await openEditor();
  const tabs = () => page.locator('[role=tablist][aria-label=Files] [role=tab]').allInnerTexts();
  const before = await tabs();
  await newFile(page, 'a.yaml');
  await page.getByRole('button', { name: 'File actions' }).click();
  await assertAccessible(page);
  await page.click('text=Rename…');
  assert.equal(await page.inputValue('.naming input'), 'a.yaml');
  await assertAccessible(page);
  await page.keyboard.type('b.yaml');
  await page.keyboard.press('Enter');
  assert.deepEqual(await tabs(), [...before, 'b.yaml']);
  await page.getByRole('button', { name: 'File actions' }).click();
  const chosen = page.waitForEvent('filechooser');
  await page.click('text=Upload files…');
  await (await chosen).setFiles([{ name: 'up.yaml', mimeType: 'text/yaml', buffer: Buffer.from('kind: Nope\n') }]);
  await page.waitForSelector('[role=tab]:has-text("up.yaml")');
  await page.getByRole('button', { name: 'File actions' }).click();
  const downloaded = page.waitForEvent('download');
  await page.click('text=Download this file');
  const download = await downloaded;
  assert.equal(download.suggestedFilename(), 'up.yaml');
  await page.getByRole('button', { name: 'File actions' }).click();
  await page.click('text=Delete this file');
  assert.deepEqual(await tabs(), [...before, 'b.yaml']);
  await page.getByRole('button', { name: 'Undo the last input' }).click();
  assert.deepEqual(await tabs(), [...before, 'b.yaml', 'up.yaml']);
});

test('live: what is valid is applied, what is gone is deleted', async () => {
  const page = await openEditor();
  await newFile(page, 'live.yaml');
  await page.getByRole('checkbox', { name: 'Live' }).check();
  await put(page, 'apiVersion: v1\nkind: Namespace\nmetadata: {name: one}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: two}\n');
  await said(page, 'namespace/two created');
  await put(page, 'apiVersion: v1\nkind: Namespace\nmetadata: {name: one}\n');
  await said(page, 'namespace "two" deleted');
  assert.doesNotMatch(await log(page), /"one" deleted/);
});

test('from the diagram to the lines and back', async () => {
  const page = await openEditor();
  await page.fill('.typed input', 'kubectl apply -f sleep/');
  await page.press('.typed input', 'Enter');
  await said(page, 'sleep-2 created');
  await page.waitForSelector('.diagram .item.pill');
  await page.locator('.diagram .item.pill').first().click();
  await page.click('.card >> text=Its lines');
  await page.waitForSelector('[role=tab][aria-selected=true]:has-text("sleep2-service.yaml")');
  await page.click('text=In the diagram');
  assert.equal(await page.locator('.diagram .item.selected').count(), 1);
});

test('without the editor\'s script a text area does the job', async () => {
  const page = await openPage({ before: (it) => it.route('**/editor-*.js', (route) => route.abort()) });
  await page.fill('.editor textarea', 'apiVersion: v1\nkind: Servise\nmetadata: {name: s}\n');
  await page.waitForFunction(() => document.querySelector('.outcome li.e')?.textContent.includes('no matches for kind "Servise"'));
});
