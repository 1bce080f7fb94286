// WCAG as axe sees it: every pane, in both themes, at three widths.
import { test } from 'node:test';
import { assertAccessible, assertNoSideways, assertQuiet, everywhere, shot } from './harness.mjs';
import { atOnce, idle, running, thing } from './words.mjs';

const LINES = ['kubectl apply -f sleep/sleep1.yaml -f sleep/sleep2.yaml -f sleep/sleep2-service.yaml', 'kubectl wait --for=condition=Ready pod --all', 'kubectl exec deploy/sleep-1 -- ping -c 1 sleep-2'];

test('every pane, in both themes, at three widths', { timeout: 600_000 }, async () => {
  await everywhere({ query: running(LINES) }, async (page, { width }) => {
    const narrow = width < 1000;
    const part = async (name) => { if (narrow) await page.locator('.panes').getByRole('tab', { name }).click(); };
    await atOnce(page);
    await page.locator('.verdict, .session').first().waitFor();
    await page.getByText(/ping statistics/).waitFor({ timeout: 60_000 });
    await idle(page);
    await assertAccessible(page); // the session
    await part('Hops');
    for (const tab of ['Reach', 'Review', 'Hops']) {
      await page.locator('.pane.hops').getByRole('tab', { name: tab }).click();
      await assertAccessible(page);
      await assertNoSideways(page);
    }
    await shot(page, 'a11y-hops');
    await part('Diagram');
    await assertAccessible(page);
    await shot(page, 'a11y-diagram');
    await thing(page, 'Pod sleep-1').press('Enter');
    await page.getByRole('button', { name: 'YAML', exact: true }).click();
    await assertAccessible(page);
    await shot(page, 'a11y-card');
    await page.keyboard.press('Escape');
    await part('Files');
    await page.getByRole('tab', { name: 'Browser', exact: true }).first().click();
    await assertAccessible(page);
    await page.getByRole('tab', { name: 'Files', exact: true }).first().click();
    await page.locator('.cm-content').waitFor();
    await assertAccessible(page);
    await assertNoSideways(page);
    assertQuiet(page);
  });
});
