// The truth on records made by hand: whoever judges others is judged first.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { attempts, truth } from './lib/truth.mjs';

/**
 * A record of one play, asked for at 0: `at(ms)` says what the page is like then.
 * @param {number} until @param {(ms: number) => {position: number, flags?: number, height?: number}} at @param {[number, string][]} events
 * @returns {import('./lib/truth.mjs').Recorded}
 */
function record(until, at, events) {
  const samples = [];
  const frames = [];
  let shown = -1;
  for (let ms = 0; ms <= until; ms += 8) {
    const { position, flags = 0, height = 240 } = at(ms);
    samples.push(ms, position, 5_000, flags, 1, height);
    const frame = Math.floor(position / 40);
    if (frame !== shown && ms > 0) frames.push(ms, frame * 40, height);
    shown = frame;
  }
  return { samples, frames, events: [[0, 'play'], ...events] };
}
const bandwidth = (/** @type {number} */ height) => (height === 240 ? 100_000 : 300_000);
const judged = (/** @type {ReturnType<typeof record>} */ told, /** @type {number} */ until) => attempts(told, until).map((attempt) => truth(told, attempt, bandwidth));
const near = (/** @type {number} */ value, /** @type {number} */ expected, within = 50) => assert.ok(Math.abs(value - expected) <= within, `${value} is not near ${expected}`);

test('a standstill is a stall of its own length, and no playing', () => {
  // Starts at 200, stands from 2,000 to 3,000.
  const told = record(5_000, (ms) => ({ position: ms < 200 ? 0 : ms < 2_000 ? ms - 200 : ms < 3_000 ? 1_800 : ms - 1_200 }), [[0, 'intent'], [5_000, 'over']]);
  const [{ startup_any_ms, stalls, play_ms, seek_count, switches }] = judged(told, 5_000);
  near(startup_any_ms ?? NaN, 240);
  assert.equal(stalls.length, 1);
  near(stalls[0].stall_ms, 1_000, 10);
  near(play_ms, 3_760);
  assert.deepEqual([seek_count, switches], [0, 0]);
});

test('a picture from before the play is a poster, however shortly before', () => {
  const told = record(3_000, (ms) => ({ position: ms < 300 ? 0 : ms - 300, flags: ms < 206 ? 1 : 0 }), [[0, 'intent'], [206, 'play'], [3_000, 'over']]);
  told.frames.unshift(204, 0, 240);
  told.events.shift();
  const [{ startup_any_ms }] = judged(told, 3_000);
  near(startup_any_ms ?? NaN, 344, 8);
});

test('neither a step over a gap nor one of a few ms ends a stall', () => {
  // Stands at 2,000; put 100 ms further at 2,500, and 10 ms played at 2,600, it moves on at 3,000.
  const position = (/** @type {number} */ ms) => (ms < 2_000 ? ms : ms < 2_500 ? 2_000 : ms < 2_600 ? 2_100 : ms < 3_000 ? 2_110 : ms - 890);
  const told = record(5_000, (ms) => ({ position: position(ms), flags: ms >= 2_500 && ms < 2_540 ? 2 : 0 }), [[0, 'intent'], [2_500, 'seeking'], [5_000, 'over']]);
  const [{ stalls, seek_count }] = judged(told, 5_000);
  assert.equal(stalls.length, 1);
  near(stalls[0].stall_ms, 1_000, 10);
  assert.equal(seek_count, 0);
});

test('a pause and a seek are neither stalls nor playing; two seeks in a row are one', () => {
  const flags = (/** @type {number} */ ms) => (ms >= 1_000 && ms < 2_000 ? 1 : ms >= 3_000 && ms < 3_400 ? 2 : ms >= 3_800 && ms < 4_000 ? 2 : 0);
  const position = (/** @type {number} */ ms) => (ms < 1_000 ? ms : ms < 2_000 ? 1_000 : ms < 3_000 ? ms - 1_000 : ms < 3_400 ? 20_000 : ms < 3_800 ? 16_600 + ms : ms < 4_000 ? 30_000 : 26_000 + ms);
  const told = record(6_000, (ms) => ({ position: position(ms), flags: flags(ms) }), [[0, 'intent'], [1_000, 'pause'], [2_000, 'play'], [3_000, 'seeking'], [3_800, 'seeking'], [6_000, 'over']]);
  const [{ stalls, play_ms, seek_count }] = judged(told, 6_000);
  assert.deepEqual(stalls, []);
  near(play_ms, 6_000 - 40 - 1_000 - 400 - 200, 100);
  assert.equal(seek_count, 1);
});

test('from the picture of the place sought on it plays; a longer wait there is the seek, never a stall', () => {
  for (const [wait, playing] of [[100, 3_960 - 200], [400, 3_960 - 600]]) {
    const moves = 2_200 + wait;
    const position = (/** @type {number} */ ms) => (ms < 2_000 ? ms : ms < moves ? 20_000 : 20_000 + ms - moves);
    const told = record(4_000, (ms) => ({ position: position(ms), flags: ms >= 2_000 && ms < 2_200 ? 2 : 0 }), [[0, 'intent'], [2_000, 'seeking'], [4_000, 'over']]);
    // The frame of the place comes when the player arrived.
    told.frames = told.frames.filter((_, at) => told.frames[at - (at % 3)] < 2_000 || told.frames[at - (at % 3)] >= 2_200);
    told.frames.push(2_200, 20_000, 240);
    const groups = Array.from({ length: told.frames.length / 3 }, (_, at) => told.frames.slice(at * 3, at * 3 + 3)).sort((a, b) => a[0] - b[0]);
    told.frames = groups.flat();
    const [{ stalls, play_ms }] = judged(told, 4_000);
    assert.deepEqual(stalls, []);
    near(play_ms, playing, 20);
  }
});

test('bitrate is weighed by the media that was shown, and a switch is a change of the picture', () => {
  const told = record(4_000, (ms) => ({ position: ms, height: ms < 1_000 ? 240 : 480 }), [[0, 'intent'], [4_000, 'over']]);
  const [{ switches, bitrate_avg_bps }] = judged(told, 4_000);
  assert.equal(switches, 1);
  near(bitrate_avg_bps ?? NaN, 250_000, 3_000);
});

test('how much media a picture stood for the playhead says, not the picture', () => {
  const told = record(2_000, (ms) => ({ position: ms, height: ms < 1_000 ? 240 : 480 }), [[0, 'intent'], [2_000, 'over']]);
  // The first picture is of 83 ms, where sound begins before it, and each is given to the screen 26 ms early.
  told.frames = told.frames.map((value, at) => (at % 3 === 1 ? Math.max(83, value + 26) : value));
  const [{ bitrate_avg_bps }] = judged(told, 2_000);
  near(bitrate_avg_bps ?? NaN, (100_000 * 960 + 300_000 * 1_000) / 1_960, 400);
});

test('of a picture across whose time an ad begins or ends only the part outside is weighed', () => {
  const told = record(4_000, (ms) => ({ position: ms, height: ms < 2_000 ? 240 : 480 }), [[0, 'intent'], [1_020, 'ad'], [3_020, 'content'], [4_000, 'over']]);
  const [{ bitrate_avg_bps }] = judged(told, 4_000);
  near(bitrate_avg_bps ?? NaN, 200_000, 500);
});

test('where the playhead is put over a gap it has not played to', () => {
  const told = record(2_000, (ms) => ({ position: ms < 500 ? ms : ms + 160, flags: ms >= 500 && ms < 508 ? 2 : 0, height: ms < 1_000 ? 240 : 480 }), [[0, 'intent'], [500, 'seeking'], [2_000, 'over']]);
  const [{ bitrate_avg_bps, seek_count }] = judged(told, 2_000);
  near(bitrate_avg_bps ?? NaN, (100_000 * 952 + 300_000 * 1_000) / 1_952, 500);
  assert.equal(seek_count, 0);
});

test('what plays in an ad is no content, and its standstill is no stall', () => {
  const told = record(5_000, (ms) => ({ position: ms < 2_500 ? ms : ms < 3_000 ? 2_500 : ms - 500 }), [[0, 'intent'], [2_000, 'ad'], [4_000, 'content'], [5_000, 'over']]);
  const [{ stalls, play_ms, ad_ms }] = judged(told, 5_000);
  assert.deepEqual([stalls, ad_ms], [[], 2_000]);
  near(play_ms, 2_960);
});

test('the end of one attempt is not in the next', () => {
  const told = record(4_000, (ms) => ({ position: ms }), [[0, 'intent'], [1_500, 'over'], [1_500, 'intent'], [4_000, 'over']]);
  assert.deepEqual(attempts(told, 4_000), [{ from: 0, to: 1_500 }, { from: 1_500, to: 4_000 }]);
});
