import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArmMetric, LadderComparison, LadderRung } from '../api-types.ts';
import { laddersText, ladderWords, rungsShown, strangers, withLadders } from './ladder.ts';

const arms = [
  { name: 'static', weight: 1, ladder: { encodeCpuSeconds: 51200, rungs: [{ height: 1080, bitrateBps: 4300000, vmaf: 96.1, storageBytes: 31 }, { height: 360, bitrateBps: null, vmaf: null, storageBytes: null }] } },
  { name: 'per-title', weight: 1, ladder: { rungs: [{ height: 1080, bitrateBps: 1900000, vmaf: 95.4, storageBytes: null, videoId: 'talk;17' }] } },
  { name: 'other', weight: 2 },
];

test('ladders are typed one rung a line and come back as they were', () => {
  const text = laddersText(arms);
  assert.equal(text, 'static; encode; 51200\nstatic; 1080; 4300000; 96.1; 31\nstatic; 360\nper-title; 1080; 1900000; 95.4; ; talk;17');
  assert.deepEqual(withLadders(arms.map(({ name, weight }) => ({ name, weight })), text), arms);
  assert.deepEqual(withLadders(arms, ''), arms.map(({ name, weight }) => ({ name, weight })), 'what is deleted goes');
});

test('what is no number is sent as typed: the server names its place', () => {
  assert.deepEqual(withLadders([{ name: 'a', weight: 1 }], 'a; tall; 5,5')[0]!.ladder?.rungs[0], { height: 'tall', bitrateBps: 5.5, vmaf: null, storageBytes: null });
});

test('an arm that is not there is told', () => {
  assert.deepEqual(strangers(arms, laddersText(arms)), []);
  assert.deepEqual(strangers(arms, 'statik; 1080; 1\nstatik; 360; 1\nother; 1'), ['statik']);
});

const verdicts = (vmaf: ArmMetric['verdict'], deliveredBps: ArmMetric['verdict']) =>
  ({ arm: 'b', against: 'a', vmaf: { verdict: vmaf }, deliveredBps: { verdict: deliveredBps } }) as LadderComparison;

test('a ladder is better where one gets better and the other no worse, and only then', () => {
  assert.match(ladderWords(verdicts('better', 'better')), /^b is the better ladder: it looks better and takes fewer bits/);
  assert.match(ladderWords(verdicts('no_detectable_change', 'better')), /^b is the better ladder: it takes fewer bits/);
  assert.match(ladderWords(verdicts('better', 'no_detectable_change')), /^b is the better ladder: it looks better/);
  assert.match(ladderWords(verdicts('worse', 'better')), /a trade, not a win/);
  assert.match(ladderWords(verdicts('better', 'worse')), /takes more bits.+a trade/);
  assert.equal(ladderWords(verdicts('worse', 'no_detectable_change')), 'a is the better ladder.');
  assert.match(ladderWords(verdicts('no_detectable_change', 'no_detectable_change')), /do not detectably differ/);
  for (const unsure of ['provisional', 'insufficient_data', 'refused'] as const) assert.match(ladderWords(verdicts(unsure, 'better')), /cannot be said yet/);
});

test('of many rungs those that were watched most stand first', () => {
  const rungs = Array.from({ length: 30 }, (_, index) => ({ rendition: `${index}p@1`, playMs: index }) as LadderRung);
  const { shown, more } = rungsShown(rungs);
  assert.deepEqual([shown.length, shown[0]!.playMs, more], [12, 29, 18]);
});
