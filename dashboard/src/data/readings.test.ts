import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArmMetric, ExperimentResults, Verdict } from '../api-types.ts';
import { measure } from '../gallery-data.ts';
import { effectAxisOf, effectPoints, readingsSentence, readingTimes } from './readings.ts';

const HOUR = 3_600_000;
const start = '2026-11-19T12:00:00Z';
const at = (hours: number) => new Date(Date.parse(start) + hours * HOUR).toISOString();
const plain = (written: string) => written.replace(/[\u202f\u00a0]/g, ' ');
const arms = { arm: 'hints', against: 'control' };
const good = measure({ name: 'good_share', title: 'Good attempts', better: 'higher' });

/** One reading after `hours`. */
function reading(hours: number, difference: number | null, half: number | null, verdict: Verdict): ExperimentResults {
  const bounds = difference === null || half === null ? {} : { low: difference - half, high: difference + half };
  const effect: ArmMetric = { reference: 0.9, difference, ...bounds, verdict, reason: difference === null ? 'no attempts' : '', referenceDays: [], guardrail: false, postTreatment: false };
  const arm = (name: string) => ({ name, attempts: 100 * hours, values: {} });
  return { name: 'abr', start, end: at(hours), arms: [arm('control'), arm('hints'), arm('third')], comparisons: [{ ...arms, metrics: { good_share: effect } }], tookMs: 5 };
}
const readings = [
  reading(1, null, null, 'insufficient_data'),
  reading(2, 0.01, 0.4, 'no_detectable_change'),
  reading(3, -0.02, 0.03, 'no_detectable_change'),
  reading(4, -0.03, 0.01, 'worse'),
];
const points = effectPoints(readings, arms, good);

test('readings are as far apart as the last is from the end, and none is before the start', () => {
  assert.deepEqual(readingTimes({ start, end: at(8) }).map((ms) => new Date(ms).toISOString()), [1, 2, 3, 4, 5, 6, 7].map(at));
  const short = Date.parse(start);
  assert.deepEqual(readingTimes({ start, end: new Date(short + 3).toISOString() }), [short + 1, short + 2], 'no two alike');
  assert.deepEqual(readingTimes({ start, end: new Date(short + 1).toISOString() }), []);
});

test('a reading is a point beside 0, one without a difference a gap with its reason', () => {
  assert.deepEqual(points.map(({ value }) => value), [null, 0.01, -0.02, -0.03]);
  assert.deepEqual(points.map(({ reference }) => reference), [0, 0, 0, 0]);
  assert.deepEqual(points.map(({ attempts }) => attempts), [200, 400, 600, 800], 'of the two arms that are compared');
  assert.equal(points[0]!.source?.reason, 'no attempts');
  assert.equal(points[0]!.end - points[0]!.start, HOUR);
  assert.deepEqual(effectPoints(readings, arms, measure({ name: 'play_ms' })), [], 'a metric that no reading has');
});

test('the axis holds 0 and the latest interval; the first, which know little, may leave it', () => {
  const [bottom, top] = effectAxisOf(points);
  assert.ok(bottom < -0.05 && bottom > -0.2, `${bottom}`);
  assert.ok(top > 0.01 && top < 0.2, `${top}`);
  // All on one side of 0: 0 is there nevertheless.
  const [low, high] = effectAxisOf(effectPoints([reading(1, 0.3, 0.1, 'better'), reading(2, 0.3, 0.05, 'better')], arms, good));
  assert.ok(low < 0 && high > 0.4, `${low} ${high}`);
  assert.deepEqual(effectAxisOf([points[0]!]), [-1, 1]);
  // Of a handful of viewers even the latest knows nothing: the differences are seen nevertheless. Where they are 0, its interval is.
  const [, handful] = effectAxisOf(effectPoints([reading(1, 0.02, 1e30, 'insufficient_data')], arms, good));
  assert.ok(handful < 4, `${handful}`);
  const [, none] = effectAxisOf(effectPoints([reading(1, 0, 0.5, 'insufficient_data')], arms, good));
  assert.ok(none > 0.5 && none < 0.6, `${none}`);
});

test('the words tell the first, the latest, and since when the verdict holds', () => {
  const said = (few: typeof points) => plain(readingsSentence(few, good, 'UTC', 'en-US'));
  assert.equal(
    said(points),
    'Good attempts at 4 readings. First, Nov 19, 13:00:00 difference not known; latest, Nov 19, 16:00:00 difference −3.00 pp (−4.00 pp to −2.00 pp). Verdict since Nov 19, 16:00:00: worse.',
  );
  assert.match(said(points.slice(1, 3)), /Verdict since Nov 19, 14:00:00: no detectable change\.$/);
  assert.equal(said([]), 'No reading of Good attempts yet.');
});
