// Here lives the driving of the player page, and the comparison of what the server says with what the page saw.

import { until } from './node.mjs';

/** How far the collector may be from the page's own truth, ms. */
export const STARTUP_TOLERANCE_MS = 50;
export const STALL_TOLERANCE_MS = 100;

/** How soon after a change the query API has to know, ms. */
export const VISIBLE_WITHIN_MS = 5_000;

/**
 * Plays, forces a stall, and compares. Gives what was measured twice, without judging it.
 * @param {import('playwright-core').Page} page
 * @param {import('./node.mjs').Client} client
 * @param {string} viewer
 * @param {number} stallMs length of the stall to force, ms
 */
export async function playAndCompare(page, client, viewer, stallMs = 3_000) {
  await page.goto(client.playerUrl(viewer));
  await page.waitForFunction(() => window.player !== undefined);
  const beganAt = Date.now();
  await page.click('#play');

  // The attempt is in the query API while it runs.
  const { answer: early } = await until(
    () => client.query(['attempts'], viewer),
    ({ attempts }) => attempts === 1,
    3 * VISIBLE_WITHIN_MS,
  );
  const visibleMs = Date.now() - beganAt;

  await page.waitForFunction(() => window.player.truth.read()?.startup_ms != null);
  const truth = await page.evaluate((ms) => window.player.stallFor(ms), stallMs);
  const stallEndedAt = Date.now();
  const end = truth.stalls.at(-1);
  const id = await page.evaluate(() => [...window.player.sent.keys()].at(-1));
  const { answer: attempt } = await until(
    () => client.attempt(id),
    // An open stall is told too; wait for the report of what came after it.
    (found) => found?.state === 'p' && found.elapsedMs > end.at_ms + end.stall_ms && found.totals.startup_any_ms != null,
    3 * VISIBLE_WITHIN_MS,
  );
  const followedMs = Date.now() - stallEndedAt;
  const counted = await client.query(['attempts', 'plays', 'startup_any_ms_p50', 'stall_count', 'stall_ms'], viewer);
  const stalledMs = truth.stalls.reduce((sum, stall) => sum + stall.stall_ms, 0);
  // The forced stall is the longest.
  const longest = Math.max(...truth.stalls.map((stall) => stall.stall_ms));
  return {
    id,
    attempts: early.attempts,
    visibleMs,
    followedMs,
    page: { startup_ms: truth.startup_ms, stall_ms: stalledMs, stall_ms_max: longest, stall_count: truth.stalls.length, stutters: truth.stutters.length },
    server: {
      startup_ms: attempt.totals.startup_any_ms,
      stall_ms: attempt.totals.stall_ms,
      stall_ms_max: attempt.totals.stall_ms_max,
      stall_count: attempt.totals.stall_count,
    },
    counted,
  };
}

/**
 * What of a comparison does not hold, in words; empty when all does.
 * @param {Awaited<ReturnType<typeof playAndCompare>>} seen
 */
export function violations(seen) {
  const found = [];
  const near = (what, measured, truth, tolerance) => {
    const off = Math.abs(measured - truth);
    if (!(off <= tolerance)) found.push(`${what}: measured ${measured} ms, the page saw ${truth} ms, more than ${tolerance} ms apart`);
  };
  near('startup', seen.server.startup_ms, seen.page.startup_ms, STARTUP_TOLERANCE_MS);
  near('the forced stall', seen.server.stall_ms_max, seen.page.stall_ms_max, STALL_TOLERANCE_MS);
  near('stall time', seen.server.stall_ms, seen.page.stall_ms, STALL_TOLERANCE_MS);
  if (seen.server.stall_count !== seen.page.stall_count)
    found.push(`stalls: counted ${seen.server.stall_count}, the page saw ${seen.page.stall_count}`);
  if (seen.counted.attempts !== 1) found.push(`attempts: the query API counts ${seen.counted.attempts}, one was made`);
  if (seen.counted.plays !== 1) found.push(`plays: the query API counts ${seen.counted.plays}, one was made`);
  if (seen.visibleMs > VISIBLE_WITHIN_MS) found.push(`the attempt was in the query API only after ${seen.visibleMs} ms`);
  if (seen.followedMs > VISIBLE_WITHIN_MS) found.push(`the totals followed the stall only after ${seen.followedMs} ms`);
  return found;
}
