// What tests of the page do at its terminal, and how they look at the diagram.
import assert from 'node:assert/strict';

/** Waits until the terminal in front waits for a command. */
export async function idle(page) {
  await page.waitForFunction(() => document.querySelector('.screen input')?.getAttribute('aria-label') === 'Command line', null, { timeout: 60_000 });
}

/** Types a line into the terminal and waits until its command has ended. */
export async function type(page, line) {
  const field = page.locator('.screen input');
  await field.fill(line);
  await field.press('Enter');
  await idle(page);
}

/** Types a line; what the terminal shows after it. */
export async function run(page, line) {
  await type(page, line);
  const text = await page.innerText('.screen [role=log]');
  const at = text.lastIndexOf(line);
  assert.notEqual(at, -1, `${line} was not typed`);
  return text.slice(at + line.length).trim();
}

/** The thing of the diagram whose label begins with, or contains, these words. */
export function thing(page, words) {
  return page.locator(`.diagram .item[aria-label*="${words}"]`).first();
}

/** A query that runs these lines, one after the other. */
export function running(lines, more = '') {
  return `?run=${encodeURIComponent(lines.join('\n'))}${more}`;
}

/** Lets waits pass at once. */
export async function atOnce(page) {
  const tab = page.getByRole('tab', { name: 'Session' });
  if (!(await tab.isVisible())) await page.getByRole('tab', { name: 'Hops' }).first().click();
  await tab.click();
  await page.getByRole('group', { name: 'Virtual time runs' }).getByRole('button', { name: /Waits pass at once/ }).click();
}
