// Screenshots of the built page at every width in both themes: node tests/browser/shoot.mjs NAME [QUERY]
import { assertNoSideways, close, everywhere, shot } from './harness.mjs';

const [name = 'page', query = ''] = process.argv.slice(2);
try {
  await everywhere({ query }, async (page) => {
    await page.waitForTimeout(500); // what comes in after mounting, such as the editor
    console.log(await shot(page, name));
    for (const problem of page.problems) console.log(`  ${problem}`);
    await assertNoSideways(page).catch((error) => console.log(`  ${error.message}`));
  });
} finally {
  await close();
}
