// Finds the Chromium or Chrome to drive. scripts/test says which in CHROMIUM; a test run by hand looks in the usual places.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const script = 'cd "$1" && . scripts/lib/common.sh && . scripts/lib/tools.sh && find_chromium';
  try {
    return execFileSync('bash', ['-c', script, 'bash', fileURLToPath(new URL('../..', import.meta.url))], { encoding: 'utf8' }).trim();
  } catch {
    throw new Error('no Chromium found: run scripts/setup, or set CHROMIUM to its path');
  }
}
