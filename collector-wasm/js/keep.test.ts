// What waits for the next page, and for how long.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { keeperOn, type Shelf } from './keep.ts';

const NOW = 1_800_000_000_000;
const DAY_MS = 24 * 3_600_000;

/** A shelf of one text, as localStorage is. */
class OneText implements Shelf {
  text: string | null;
  constructor(text: string | null = null) {
    this.text = text;
  }
  read(): string | null {
    return this.text;
  }
  write(text: string | null): void {
    this.text = text;
  }
}

test('what was kept is taken once, as it was', () => {
  const shelf = new OneText();
  keeperOn(shelf).keep([[1, 255, 0], [7]], NOW);
  assert.deepEqual(keeperOn(shelf).take(NOW + 1), [[1, 255, 0], [7]]);
  assert.deepEqual(keeperOn(shelf).take(NOW + 1), []);
});

test('after a day, before its time and in a form that is not ours nothing is taken, and it is gone', () => {
  for (const text of [`${NOW - 1} AQ==`, `${NOW + DAY_MS + 1} AQ==`, '[1 not ours', ' ']) {
    const shelf = new OneText(text);
    assert.deepEqual(keeperOn(shelf).take(NOW), [], text);
    assert.equal(shelf.text, null, text);
  }
});

test('of more than there is room for the newest stay', () => {
  const shelf = new OneText();
  keeperOn(shelf).keep([new Array(30_000).fill(1), new Array(20_000).fill(2), [3]], NOW);
  assert.deepEqual(keeperOn(shelf).take(NOW).map(([first]) => first), [2, 3]);
});

test('what another page kept stays when the server took ours, and goes when all is to be forgotten', () => {
  const shelf = new OneText(`${NOW + 1} AQ==`);
  const keeper = keeperOn(shelf);
  keeper.sent();
  assert.notEqual(shelf.text, null);
  keeper.forget();
  assert.equal(shelf.text, null);
  keeper.keep([[1]], NOW);
  keeper.sent();
  assert.equal(shelf.text, null);
});
