// What `cargo xtask demo --check` runs: plays the player page of a running node, waits until the attempt is in the query
// API, prints what was measured against the page's own truth, and ends with status 0 or 1.
// Usage: node check.mjs KEYS_FILE

import { readFile } from 'node:fs/promises';

import { launch, openPage } from './lib/chromium.mjs';
import { Client } from './lib/node.mjs';
import { STALL_TOLERANCE_MS, STARTUP_TOLERANCE_MS, VISIBLE_WITHIN_MS, playAndCompare, violations } from './lib/play.mjs';

const client = new Client(JSON.parse(await readFile(process.argv[2], 'utf8')));
const browser = await launch();
try {
  const { page, errors } = await openPage(browser);
  const seen = await playAndCompare(page, client, `check-${Date.now()}`);
  const line = (what, measured, truth, bound) =>
    console.log(`  ${what.padEnd(26)} ${String(measured).padStart(10)} ${String(truth).padStart(12)}   ${bound}`);
  console.log(`attempt ${seen.id}`);
  line('', 'query API', 'page', 'bound');
  line('startup, ms', seen.server.startup_ms, Math.round(seen.page.startup_ms), `± ${STARTUP_TOLERANCE_MS}`);
  line('stalled, ms', seen.server.stall_ms, Math.round(seen.page.stall_ms), `± ${STALL_TOLERANCE_MS}`);
  line('stalls', seen.server.stall_count, seen.page.stall_count, 'equal');
  line('attempts', seen.counted.attempts, 1, 'equal');
  line('in the query API after, ms', seen.visibleMs, '–', `≤ ${VISIBLE_WITHIN_MS}`);
  line('followed the stall, ms', seen.followedMs, '–', `≤ ${VISIBLE_WITHIN_MS}`);
  const wrong = [...violations(seen), ...errors.map((error) => `the page threw ${error}`)];
  for (const violation of wrong) console.log(`NOT HELD ${violation}`);
  console.log(wrong.length === 0 ? 'check: everything holds' : `check: ${wrong.length} things do not hold`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  await browser.close();
}
