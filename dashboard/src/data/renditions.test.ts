import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryResult } from '../api-types.ts';
import { partsOf, renditionsOf, renditionsSentence, renditionText } from './renditions.ts';

const row = (rendition: string | null, playMs: number, share: number) => ({
  dimensions: { rendition },
  values: {
    play_ms_by_rendition: { value: playMs, attempts: 9 },
    play_share_by_rendition: { value: share, low: share - 0.01, high: share + 0.01, attempts: 9 },
  },
  comparisons: { last_week: { play_share_by_rendition: { reference: share, verdict: 'same' } } },
});
/** Numbers and units are kept together by spaces that do not break. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');
const answer = (...rows: ReturnType<typeof row>[]) => ({ rows }) as unknown as QueryResult;

test('the highest rung comes first, what is not known last', () => {
  const rows = renditionsOf(answer(row('360p@800000', 50, 0.05), row(null, 10, 0.01), row('1080p@4300000', 600, 0.6), row('720p@?', 90, 0.09), row('720p@2400000', 250, 0.25)), 'last_week');
  assert.deepEqual(rows.map(({ rendition }) => rendition), ['1080p@4300000', '720p@2400000', '720p@?', '360p@800000', null]);
  assert.equal(rows[0]!.playMs, 600);
  assert.equal(rows[0]!.comparison?.reference, 0.6);
});

test('a rendition is told by what is known of it', () => {
  assert.deepEqual(partsOf('720p@2400000'), { height: 720, bitrateBps: 2_400_000 });
  assert.deepEqual(partsOf('?p@2400000'), { height: null, bitrateBps: 2_400_000 });
  assert.deepEqual(partsOf(null), { height: null, bitrateBps: null });
  assert.equal(plain(renditionText('720p@2400000', 'en')), '720p · 2.40 Mbit/s');
  assert.equal(plain(renditionText('?p@?', 'en')), 'not known');
  assert.equal(plain(renditionText(null, 'en')), 'not known');
});

test('the sentence names the rung that was watched most, and the highest', () => {
  const low = renditionsOf(answer(row('1080p@4300000', 200, 0.2), row('360p@800000', 800, 0.8)), 'none');
  assert.equal(plain(renditionsSentence(low, 'en')), '80 % of playing time was watched with 360p · 800 kbit/s; 20 % with the highest, 1080p · 4.30 Mbit/s.');
  const high = renditionsOf(answer(row('1080p@4300000', 700, 0.7), row('360p@800000', 300, 0.3)), 'none');
  assert.equal(plain(renditionsSentence(high, 'en')), '70 % of playing time was watched with 1080p · 4.30 Mbit/s, the highest there is.');
});
