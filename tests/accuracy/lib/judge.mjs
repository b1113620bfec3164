// Here lives the judgement: what left the page against the truth, metric by metric, with the bounds that we promise.

import { STALL_MS_MIN } from './truth.mjs';

/** One frame of the demo's media, and 20 ms. */
const STARTUP_MS = 1_000 / 24 + 20;
const STALL_MS = 50;
const PLAY_MS = 100;
const BITRATE_SHARE = 0.01;
const CLOSING_MS = 250;
/** A stall this near the counted length may be on either side of it: its error decides, not its count. */
const BORDER_MS = STALL_MS;

/** Every metric that is judged, its unit, and its bound; null has to be exact. */
export const METRICS = {
  attempts: { unit: '', bound: null },
  startup_any_ms: { unit: 'ms', bound: STARTUP_MS },
  stall_count: { unit: '', bound: null },
  stall_ms_each: { unit: 'ms', bound: STALL_MS },
  play_ms: { unit: 'ms', bound: PLAY_MS },
  bitrate_avg: { unit: '%', bound: BITRATE_SHARE * 100 },
  switches: { unit: '', bound: null },
  seek_count: { unit: '', bound: null },
  closing_ms: { unit: 'ms', bound: CLOSING_MS },
};

/** @typedef {{metric: keyof typeof METRICS, truth: number | null, measured: number | null, error: number, holds: boolean}} Row */

/**
 * @param {import('./truth.mjs').Truth[]} truths
 * @param {import('./sent.mjs').Sent[]} sent
 * @param {{skip?: (keyof typeof METRICS)[], closing?: boolean, slack_ms?: number}} how `slack_ms`: how late a slow page hears of what happens
 * @returns {Row[]}
 */
export function judge(truths, sent, { skip = [], closing = false, slack_ms = 0 }) {
  /** @type {Row[]} */
  const rows = [];
  const row = (/** @type {keyof typeof METRICS} */ metric, /** @type {number | null} */ truth, /** @type {number | null} */ measured, error = Math.abs((measured ?? NaN) - (truth ?? NaN)), slack = METRICS[metric].unit === 'ms' ? slack_ms : 0) => {
    if (skip.includes(metric)) return;
    const off = truth === null && measured === null ? 0 : error;
    // A missing number is wrong whatever the bound.
    rows.push({ metric, truth, measured, error: off, holds: off <= (METRICS[metric].bound ?? 0) + slack });
  };
  row('attempts', truths.length, sent.length);
  for (const [index, truth] of truths.entries()) {
    const attempt = sent[index];
    if (attempt === undefined) continue;
    const { totals } = attempt;
    row('startup_any_ms', truth.startup_any_ms, totals.startup_any_ms ?? null);

    const counted = truth.stalls.filter(({ stall_ms }) => stall_ms >= STALL_MS_MIN);
    const doubtful = truth.stalls.filter(({ stall_ms }) => Math.abs(stall_ms - STALL_MS_MIN) <= BORDER_MS + slack_ms).length;
    const measured = totals.stall_count ?? 0;
    row('stall_count', counted.length, measured, Math.max(0, Math.abs(measured - counted.length) - doubtful));
    const told = attempt.stalls.map(({ stall_ms }) => stall_ms);
    // A stall that is open at the end is in the totals only.
    const open = (totals.stall_ms ?? 0) - told.reduce((sum, ms) => sum + ms, 0);
    if (open > 1) told.push(open);
    const near = told.filter((ms) => ms >= STALL_MS_MIN - BORDER_MS - slack_ms);
    for (const { stall_ms } of counted) {
      const best = near.reduce((found, ms, at) => (found < 0 || Math.abs(ms - stall_ms) < Math.abs(near[found] - stall_ms) ? at : found), -1);
      const ms = best < 0 ? null : near.splice(best, 1)[0];
      row('stall_ms_each', stall_ms, ms);
    }

    row('play_ms', truth.play_ms, totals.play_ms ?? 0);
    const bitrate = totals.bitrate_media_ms > 0 ? totals.bitrate_bps_ms / totals.bitrate_media_ms : null;
    if (truth.bitrate_avg_bps !== null) row('bitrate_avg', truth.bitrate_avg_bps, bitrate, Math.abs((bitrate ?? NaN) / truth.bitrate_avg_bps - 1) * 100, (slack_ms / truth.play_ms) * 100);
    row('switches', truth.switches, (totals.switch_up_count ?? 0) + (totals.switch_down_count ?? 0));
    row('seek_count', truth.seek_count, totals.seek_count ?? 0);
    if (closing && index === truths.length - 1) row('closing_ms', truth.endAt - truth.intentAt, attempt.to_ms);
  }
  return rows;
}
