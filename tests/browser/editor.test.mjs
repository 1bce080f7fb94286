// The editor bundle alone: its interface, keyboard and colours. What the page does with it is tested with the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertQuiet, openPage } from './harness.mjs';

const DOC = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: sleep-2\nspec:\n  ports:\n    - port: 80\n';

async function openEditor(options = {}, query = '') {
  const page = await openPage({ query });
  await page.evaluate(
    async ([doc, more]) => {
      const { create } = await import(new URL(document.querySelector('meta[name=editor]').content, document.baseURI).href);
      document.body.innerHTML = '<main><h1>Editor</h1><button id="before">before</button><div id="editor" style="height:300px"></div><button id="after">after</button></main>';
      globalThis.seen = { changes: [], applied: 0, live: [], asked: [] };
      globalThis.editor = create(document.getElementById('editor'), {
        doc,
        label: 'sleep2-service.yaml',
        liveDelay: 50,
        onChange: (text) => seen.changes.push(text),
        onApply: () => seen.applied++,
        onLive: (text) => seen.live.push(text),
        complete: async (line, col) => (seen.asked.push([line, col]), [{ label: 'selector', insert: 'selector:\n    ', detail: 'map' }]),
        hover: (line, col) => (line === 2 ? `hover at ${line}:${col}` : null),
        ...more,
      });
    },
    [options.doc ?? DOC, options.more ?? {}],
  );
  return page;
}

const text = (page) => page.evaluate(() => editor.getDoc());

test('typing is reported, and again when it rests; Ctrl-Enter applies', async () => {
  const page = await openEditor();
  await page.evaluate(() => (editor.select(4, 16), editor.focus()));
  await page.keyboard.type('b');
  assert.match(await text(page), /name: sleep-2b\n/);
  await page.waitForFunction(() => seen.live.length === 1);
  await page.keyboard.press('Control+Enter');
  const seen = await page.evaluate(() => globalThis.seen);
  assert.deepEqual([seen.changes.length, seen.applied, seen.live.length], [1, 1, 1]);
  assert.equal(await page.getAttribute('.cm-content', 'aria-label'), 'sleep2-service.yaml');
  assertQuiet(page);
});

test('a text from outside is no typing, keeps the cursor and can be undone', async () => {
  const page = await openEditor();
  await page.evaluate(() => (editor.select(7, 13), editor.focus(), editor.setDoc(editor.getDoc().replace('sleep-2', 'sleep-22'))));
  assert.deepEqual(await page.evaluate(() => [seen.changes.length, editor.cursor()]), [0, { line: 7, col: 13 }]);
  await page.keyboard.press('Control+z');
  assert.equal(await text(page), DOC);
  await page.evaluate(() => editor.setDoc('a: 1\n', true));
  await page.keyboard.press('Control+z');
  assert.equal(await text(page), 'a: 1\n');
});

test('Tab indents, Esc then Tab leaves', async () => {
  const page = await openEditor();
  await page.evaluate(() => (editor.select(8, 1), editor.focus()));
  await page.keyboard.press('Tab');
  assert.equal(await text(page), `${DOC}  `);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'after');
});

test('completion inserts what the page offers', async () => {
  const page = await openEditor();
  await page.evaluate(() => (editor.setDoc('spec:\n  se'), editor.select(2, 5), editor.focus()));
  await page.keyboard.press('Control+Space');
  await page.waitForSelector('.cm-tooltip-autocomplete li');
  await page.waitForTimeout(100); // CodeMirror takes no key for the first 75 ms of a list
  await page.keyboard.press('Enter');
  assert.equal(await text(page), 'spec:\n  selector:\n    ');
  assert.deepEqual(await page.evaluate(() => seen.asked[0]), [2, 5]);
});

test('diagnostics stand at their place, past ends too, and their fixes work', async () => {
  const page = await openEditor();
  await page.evaluate(() =>
    editor.setDiagnostics([
      { fromLine: 7, fromCol: 7, toLine: 7, toCol: 11, severity: 'error', message: '<b>bad</b>', fixes: [{ label: 'Call it 8080', fromLine: 7, fromCol: 13, toLine: 7, toCol: 15, insert: '8080' }] },
      { fromLine: 99, fromCol: 99, severity: 'warning', message: 'late' },
    ]),
  );
  assert.equal(await page.innerText('.cm-lintRange-error'), 'port');
  await page.hover('.cm-lintRange-error');
  await page.waitForSelector('.cm-diagnostic');
  assert.match(await page.innerText('.cm-diagnostic'), /<b>bad<\/b>/);
  await page.click('text=Call it 8080');
  assert.match(await text(page), /port: 8080\n/);
});

test('hover shows the page\'s text as text', async () => {
  const page = await openEditor();
  await page.hover('.cm-line:nth-child(2) span');
  await page.waitForSelector('.cm-hover');
  assert.match(await page.innerText('.cm-hover'), /^hover at 2:\d+$/);
});

test('lines are marked, the marks move with the text and go', async () => {
  const page = await openEditor();
  await page.evaluate(() => (editor.highlightLine(2, 'cm-mark'), editor.setDoc(`# first\n${editor.getDoc()}`)));
  assert.equal(await page.innerText('.cm-mark'), 'kind: Service');
  await page.evaluate(() => editor.clearHighlights());
  assert.equal(await page.locator('.cm-mark').count(), 0);
});

test('a read-only editor takes no text', async () => {
  const page = await openEditor({ more: { readonly: true } });
  await page.evaluate(() => (editor.select(1, 1), editor.focus()));
  await page.keyboard.type('x');
  assert.equal(await text(page), DOC);
});

for (const theme of ['light', 'dark']) {
  test(`axe finds nothing in the ${theme} editor`, async () => {
    const page = await openEditor({}, `?theme=${theme}`);
    await page.waitForSelector('.cm-line span');
    await assertAccessible(page);
  });
}
