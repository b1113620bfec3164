import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Adaptation, Timeline } from '../api-types.ts';
import { adaptationSentence, throughputPicture } from './adaptation.ts';

const plain = (written: string) => written.replace(/[\u202f\u00a0]/g, ' ');
const adaptation = (over: Partial<Adaptation> = {}): Adaptation => ({
  renditions: [],
  throughput: [
    { atMs: 1_000, throughputBps: 10_000_000, bitrateBps: null },
    { atMs: 10_000, throughputBps: 100_000_000, bitrateBps: 1_000_000 },
  ],
  switchUpCount: 0,
  switchDownCount: 0,
  oscillationCount: 0,
  stallsAfterSwitchUpCount: 0,
  throughputMedianBps: 55_000_000,
  bitrateToThroughputMedian: 0.01,
  ...over,
});
const timeline = { renditions: [{ fromMs: 2_000, toMs: 20_000, bitrateBps: 1_000_000, height: 720 }, { fromMs: 20_000, toMs: 30_000, bitrateBps: null }], endMs: 20_000 } as Timeline;

test('a tenth of the line stands as far below it as the line below ten times itself', () => {
  const { points, steps } = throughputPicture(adaptation(), timeline, 'en-US')!;
  assert.deepEqual(points.map(({ x }) => x), [0.05, 0.5]);
  const [slow, fast] = points.map(({ y }) => y);
  assert.ok(Math.abs(steps[0]!.y - slow! - (slow! - fast!)) < 1e-9);
  assert.deepEqual([steps.length, steps[0]!.left, steps[0]!.right], [1, 0.1, 1], 'a rendition without a bitrate has no place');
  for (const { y } of [...points, ...steps]) assert.ok(y > 0 && y < 1);
});

test('rungs are round, inside and few', () => {
  const { rungs } = throughputPicture(adaptation(), timeline, 'en-US')!;
  assert.deepEqual(rungs.map(({ value }) => value), [1_000_000, 10_000_000, 100_000_000]);
  const narrow = throughputPicture(adaptation({ throughput: [{ atMs: 0, throughputBps: 1_500_000 }] }), { ...timeline, renditions: [] }, 'en-US')!;
  assert.deepEqual(narrow.rungs.map(({ value }) => value), [2_000_000]);
});

test('without requests there is no picture, and a sentence says so', () => {
  assert.equal(throughputPicture(adaptation({ throughput: [] }), timeline, 'en-US'), null);
  assert.equal(adaptationSentence(adaptation({ throughput: [], throughputMedianBps: null }), 'en-US'), 'No request tells of a throughput.');
  assert.equal(plain(adaptationSentence(adaptation(), 'en-US')), 'The line gave 55.0 Mbit/s in the middle of 2 requests; what was on the screen took 1.0 % of that.');
  assert.match(plain(adaptationSentence(adaptation({ bitrateToThroughputMedian: null }), 'en-US')), /is not known\.$/);
});
