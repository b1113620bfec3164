// The short part of `cargo xtask accuracy`: one forced stall on every player's current version, and a switch and a seek on hls.js, against
// the page's own record. The whole is a command of its own; docs/accuracy.md has its results.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openGround } from '../accuracy/lib/ground.mjs';
import { PLAYERS } from '../accuracy/lib/players.mjs';
import { run } from '../accuracy/lib/run.mjs';
import { SCENARIOS } from '../accuracy/scenarios.mjs';

/** The work: [player, scenario]. */
const WORK = /** @type {const} */ ([
  ['html5', 'stall-1'],
  ['hls.js', 'stall-1'],
  ['dash.js', 'stall-1'],
  ['shaka', 'stall-1'],
  ['video.js', 'stall-1'],
  ['hls.js', 'switch-up-and-down'],
  ['hls.js', 'seek-inside'],
]);

/** @template {{}} T @param {T | undefined} found @returns {T} */
const there = (found) => {
  assert.ok(found !== undefined);
  return found;
};
const players = PLAYERS.filter(({ id }) => WORK.some(([player]) => player === id));

/** @type {Awaited<ReturnType<typeof openGround>>} */
let ground;
before(async () => {
  ground = await openGround(players);
});
after(async () => {
  await ground?.close();
});

for (const [id, name] of WORK) {
  test(`${name} on ${id} is measured as the page saw it`, async (context) => {
    const player = there(players.find((one) => one.id === id));
    const scenario = there(SCENARIOS.find((one) => one.name === name));
    const { wrong, judged, lag_ms } = await run(ground.browser, ground.server, player, scenario);
    if (!judged) {
      context.skip(`the machine was too busy to tell: the page stood still for ${lag_ms.toFixed(0)} ms (${wrong.join('; ')})`);
      return;
    }
    assert.deepEqual(wrong, []);
  });
}
