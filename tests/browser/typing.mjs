// How long from a key to its diagnostics, with 100 pods in the cluster: node tests/browser/typing.mjs. A report, not a test: it
// depends on the machine. What is measured: the key's event until the mark in the text has changed (before the frame is painted).
import { close, openPage } from './harness.mjs';

const KEYS = 100;
const said = (page, words) => page.waitForFunction((it) => document.querySelector('.screen [role=log]').textContent.includes(it), words, { timeout: 120000 });
try {
  const page = await openPage();
  await page.waitForSelector('.cm-content');
  await page.getByRole('button', { name: '» Waits pass at once' }).click();
  await page.fill('.typed input', 'kubectl create deployment web --image=nginx --replicas=100 && kubectl rollout status deployment/web');
  await page.press('.typed input', 'Enter');
  await said(page, 'successfully rolled out');
  await page.getByRole('button', { name: '1×: real pace' }).click();
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
  for (let n = 0; n < KEYS; n++) {
    await page.keyboard.press(n % 2 ? 'Backspace' : 'x');
    await page.waitForTimeout(60);
  }
  const took = (await page.evaluate(() => globalThis.took)).sort((a, b) => a - b);
  const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))]?.toFixed(1);
  console.log(`key to diagnostics, 100 pods, ${took.length} of ${KEYS} keys: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms`);
} finally {
  await close();
}
