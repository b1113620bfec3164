import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from '../api-types.ts';
import { countryName, PLACES_MAX, whereOf } from './where.ts';

const row = (country: string | null, viewers: number | null): Row => ({ partial: false, dimensions: { country }, values: { concurrent_viewers: { value: viewers } } });

test('places are ranked by their viewers; one where nobody is does not stand there', () => {
  const { places, others } = whereOf([row('AT', 2), row(null, 1), row('DE', 5), row('CH', 0), row('FR', null)], 'country');
  assert.deepEqual(
    places.map(({ code, viewers, share, weight }) => [code, viewers, share, weight]),
    [
      ['DE', 5, 5 / 8, 1],
      ['AT', 2, 2 / 8, 2 / 5],
      [null, 1, 1 / 8, 1 / 5],
    ],
  );
  assert.deepEqual(others, { count: 0, share: 0 });
  assert.deepEqual(whereOf([], 'country'), { places: [], others: { count: 0, share: 1 } });
});

test('the last places are told together', () => {
  const codes = Array.from({ length: PLACES_MAX + 2 }, (_, index) => `A${String.fromCharCode(65 + index)}`);
  const { places, others } = whereOf(codes.map((code) => row(code, 1)), 'country');
  assert.equal(places.length, PLACES_MAX);
  assert.equal(others.count, 2);
  assert.ok(Math.abs(others.share - 2 / 12) < 1e-9);
});

test('a country is called as the reader calls it', () => {
  assert.deepEqual([countryName('AT', 'de'), countryName('AT', 'en-GB'), countryName('somewhere', 'de')], ['Österreich', 'Austria', 'somewhere']);
});
