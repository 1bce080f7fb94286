// Takes the picture of the README from the running page: node tests/browser/picture.mjs [FILE]
//
// What it shows is what its first sentence says: a ping of a Service's address fails, and the reason stands beside the hop.
import { close, openPage } from './harness.mjs';

const LINES = [
  'kubectl apply -f sleep/sleep1.yaml -f sleep/sleep2.yaml -f sleep/sleep2-service.yaml',
  'kubectl wait --for=condition=Ready pod -l app=sleep-2',
  'kubectl exec deploy/sleep-1 -- ping -c 1 sleep-2',
];

const page = await openPage({ width: 1280, height: 800, context: { deviceScaleFactor: 1.5 } });
try {
  const field = page.locator('.pane.term input').first();
  const idle = () => page.waitForFunction(() => document.querySelector('.pane.term input'));
  for (const line of LINES) {
    await idle();
    await field.fill(line);
    await field.press('Enter');
    await page.waitForTimeout(3500); // the page's time is a visitor's
  }
  await page.waitForFunction(() => document.querySelector('.pane.term').textContent.includes('packet loss'), undefined, { timeout: 60000 });
  await page.waitForTimeout(1500);
  await page.screenshot({ path: process.argv[2] ?? 'docs/playground.png' });
} finally {
  await close();
}
