import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DropOffResult } from '../api-types.ts';
import { curveOf, densityOf, dropOffCsv, dropOffQuestion, dropOffSentence, rewatchSentence, tenthsOf } from './drop-off.ts';

const point = (position: number, value: number | null, low: number | null = null, high: number | null = null) => ({ position, value, low, high, atRisk: 10, rewatches: null, rewatchesLow: null, rewatchesHigh: null });

const again = (position: number, rewatches: number, low = rewatches, high = rewatches) => ({ ...point(position, 1), rewatches, rewatchesLow: low, rewatchesHigh: high });

test('the curve goes down in steps, its band only where there are limits', () => {
  assert.deepEqual(curveOf({ points: [point(0.5, 1), point(1, 0.25, 0.1, 0.5)] }), { line: 'M0 0H0.5V0H1V0.75', band: 'M1 0.5H1V0.9H1Z' });
  assert.deepEqual(curveOf({ points: [point(0.2, 0.5, 0.4, 0.6), point(0.6, 0.25, 0.1, 0.3), point(1, null)] }), {
    line: 'M0 0H0.2V0.5H0.6V0.75',
    band: 'M0.2 0.4H0.6V0.7H0.6V0.9H0.6V0.6H0.2Z',
  });
  assert.equal(curveOf({ points: [] }).band, '');
});

test('it is said where half have left, and how many saw all of it', () => {
  const result = (over: Partial<DropOffResult>) => ({ points: [point(1, 0.31)], median: 0.62, plays: 1240, ongoing: 0, ...over });
  const said = (over: Partial<DropOffResult>) => dropOffSentence(result(over), 'en-GB').replaceAll('\u202f', ' ');
  assert.equal(said({}), 'Half of 1,240 plays did not come beyond 62 % of the video; 31 % saw all of it.');
  assert.match(said({ median: null }), /^More than half of 1,240 plays came to the end/);
  assert.match(said({ median: null, ongoing: 4, points: [point(0.1, 0.9), point(0.2, null), point(1, null)] }), /^Where half of 1,240 plays have left is not known: .+ beyond 10 % of the video\. 4 of them/);
  assert.match(said({ ongoing: 4, points: [point(1, null)] }), /of the video\. 4 of them go on/);
});

test('the question is about the attempts of the page; every point can be taken away', () => {
  const filters = [{ attribute: 'video_id', operator: 'EQ' as const, value: 'film' }];
  assert.deepEqual(dropOffQuestion({ filters }, { start: 0, end: 1000 }), { filters, start: '1970-01-01T00:00:00.000Z', end: '1970-01-01T00:00:01.000Z', rewatches: true });
  const points = Array.from({ length: 100 }, (_, index) => point((index + 1) / 100, 1 - index / 200));
  assert.deepEqual(tenthsOf({ points }).map(({ position }) => position), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  assert.equal(dropOffCsv({ points: [point(0.01, 1)] }), 'position,at_risk,value,low,high,rewatches,rewatches_low,rewatches_high\r\n0.01,10,1,,,,,\r\n');
});

test('what was played again stands on the ground, with the room its interval needs', () => {
  assert.equal(densityOf({ points: [point(0.5, 1), again(1, 0)] }), null);
  assert.deepEqual(densityOf({ points: [again(0.5, 0.2, 0.1, 0.25), again(1, 0, 0, 0.9)] }), {
    most: 0.30000000000000004,
    line: 'M0 1V0.3333H0.5V1H1V1',
    band: 'M0 1V0.1667H0.5V0H1H1V1H0.5V0.6667H0Z',
  });
});

test('it is said where most was played again, and for how much of it that is known', () => {
  const said = (mediaMs: number, placedMs: number, points = [again(0.33, 0.1), again(0.34, 0.42), again(0.35, 0)]) =>
    rewatchSentence({ points, rewatched: { mediaMs, placedMs } }, 'en-GB').replaceAll('\u202f', ' ');
  assert.equal(said(60_000, 60_000), 'Played again most before 34 % of the video: 42.0 times by 100 plays.');
  assert.match(said(60_000, 15_000), /known for 25 % where\.$/);
  assert.match(said(60_000, 0, [again(1, 0)]), /where is no longer known\.$/);
  assert.equal(said(0, 0), 'Nothing of it was played again.');
});

test('a tenth of the table is the mean of its ten hundredths', () => {
  const points = Array.from({ length: 100 }, (_, index) => again((index + 1) / 100, index < 5 ? 1 : 0));
  assert.deepEqual(tenthsOf({ points }).map(({ rewatches }) => rewatches), [0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(tenthsOf({ points: Array.from({ length: 10 }, (_, index) => point((index + 1) / 10, 1)) })[0]!.rewatches, null);
});
