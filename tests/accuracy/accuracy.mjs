// What `cargo xtask accuracy` runs: players through scenarios, in a real browser, against a server that does as it is told.
// Prints player × metric with the largest error, and ends with status 1 when a bound does not hold.
// Usage: node accuracy.mjs [--player NAME]... [--scenario NAME]... [--quick] [--json] [--jobs N] [--slow N] [--write] [--keep FOLDER]

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { openGround } from './lib/ground.mjs';
import { PLAYERS } from './lib/players.mjs';
import { run } from './lib/run.mjs';
import { lines, page as document } from './lib/table.mjs';
import { SCENARIOS } from './scenarios.mjs';

const { values } = parseArgs({
  options: {
    player: { type: 'string', multiple: true, default: [] },
    scenario: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    jobs: { type: 'string', default: String(Math.max(1, Math.floor(cpus().length / 2))) },
    slow: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
});

/** @template {{}} T @param {T[]} all @param {string[]} wanted @param {(one: T) => string} name @param {string} what */
function chosen(all, wanted, name, what) {
  for (const asked of wanted) {
    if (!all.some((one) => name(one) === asked)) throw new Error(`there is no ${what} ${asked}; there are ${all.map(name).join(', ')}`);
  }
  return wanted.length === 0 ? all : all.filter((one) => wanted.includes(name(one)));
}

const players = chosen(PLAYERS, values.player, ({ id }) => id, 'player');
const scenarios = chosen(SCENARIOS, values.scenario, ({ name }) => name, 'scenario').filter(({ quick }) => !values.quick || quick);
const ground = await openGround(players);
const { browser, server } = ground;
const results = [];
try {
  const work = players.flatMap((player) => scenarios.filter(({ fits }) => fits?.(player) ?? true).map((scenario) => ({ player, scenario })));
  const worker = async () => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) {
      const result = await run(browser, server, next.player, next.scenario, Number(values.slow));
      results.push(result);
      const told = result.wrong.length === 0 ? 'holds' : `${result.judged ? 'NOT HELD' : `not judged, the page stood still for ${result.lag_ms.toFixed(0)} ms:`} ${result.wrong.join('; ')}`;
      console.error(`  ${result.player.padEnd(18)} ${result.scenario.padEnd(20)} ${(result.took_ms / 1_000).toFixed(1).padStart(5)} s  ${told}`);
      if (values.keep !== undefined) {
        await mkdir(values.keep, { recursive: true });
        await writeFile(`${values.keep}/${result.player}.${result.scenario}.json`, JSON.stringify(result, null, 1));
      }
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
} finally {
  await ground.close();
}
if (values.json) {
  for (const { player, scenario, rows, wrong, lag_ms, judged } of results) console.log(JSON.stringify({ player, scenario, browser: browser.version, rows, wrong, lag_ms, judged }));
} else console.log(lines(players, results).join('\n'));
if (values.write) await writeFile(fileURLToPath(new URL('../../docs/accuracy.md', import.meta.url)), document(players, scenarios, results, browser.version));
const failed = results.filter(({ wrong, judged }) => judged && wrong.length > 0).length;
const unjudged = results.filter(({ judged }) => !judged).length;
console.error(`accuracy: ${results.length - failed - unjudged} of ${results.length} hold, ${failed} do not, ${unjudged} could not be judged because the machine was too busy`);
process.exitCode = failed === 0 ? 0 : 1;
