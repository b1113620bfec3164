import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cause, ExplainResult } from '../api-types.ts';
import { carriesScale, carriesText, causeSentence, cellKey, cellText, foundSentence, isExplainable, shiftSentence } from './explain.ts';

const titleOf = (attribute: string) => ({ cdn: 'CDN', browser: 'Browser', player_version: 'Player version' })[attribute] ?? attribute;
// Narrow no-break spaces stand before units; plain ones read better in expectations.
const plain = (text: string) => text.replaceAll('\u202f', ' ');

const cause = (over: Partial<Cause> = {}): Cause => ({
  conditions: [{ attribute: 'cdn', value: 'cdn-b' }],
  value: { value: 0.0112, low: 0.0085, high: 0.0149 },
  comparedWith: 'itself',
  comparison: { reference: 0.0022, difference: 0.009, verdict: 'worse', reason: '', referenceDays: [] },
  adjustedPValue: 1.9e-6,
  alike: [],
  carries: 1.0005,
  attemptShare: 0.409,
  referenceAttemptShare: 0.4093,
  ...over,
});

test('a cell is named by its attributes and values; what is not known and what is empty differ', () => {
  assert.equal(cellText([{ attribute: 'cdn', value: 'cdn-b' }], titleOf), 'CDN cdn-b');
  const three = [{ attribute: 'cdn', value: null }, { attribute: 'browser', value: '' }, { attribute: 'custom.tier', value: 'gold' }];
  assert.equal(cellText(three, titleOf), 'CDN not known, Browser (empty) and custom.tier gold');
  assert.equal(cellKey(three), 'cdn=&browser=&custom.tier=gold');
});

test('a cause is one sentence: what it is, what it carries, how many it concerns', () => {
  assert.equal(plain(causeSentence(cause(), 'ratio', titleOf, 'en-GB')), '1.12 % instead of 0.22 %; carries all of the change; 41 % of attempts');
});

test('a cell that is new says what it stands against, and what it was before', () => {
  const fresh = cause({
    conditions: [{ attribute: 'browser', value: 'Chrome' }, { attribute: 'player_version', value: '9' }],
    comparedWith: 'wider',
    carries: 0.62,
    referenceAttemptShare: 0,
  });
  assert.equal(
    plain(causeSentence(fresh, 'ratio', titleOf, 'en-GB')),
    '1.12 % where Browser Chrome had 0.22 %; carries 62 % of the change; 41 % of attempts, before 0 %',
  );
  const single = cause({ comparedWith: 'wider' });
  assert.match(plain(causeSentence(single, 'ratio', titleOf, 'en-GB')), /^1.12 % where all attempts had 0.22 %/);
});

test('less, all, more than all, and none of the change', () => {
  assert.equal(plain(carriesText(0.051, 'en-GB')), 'carries 5.1 % of the change');
  assert.equal(carriesText(0.96, 'en-GB'), 'carries all of the change');
  assert.equal(plain(carriesText(1.24, 'en-GB')), 'carries more than all of the change (124 %): the rest moved the other way');
  assert.match(carriesText(null, 'en-GB'), /did not move/);
});

test('a shift tells the part of the audience and what that did', () => {
  const shift = cause({ attemptShare: 0.3, referenceAttemptShare: 0.2, mixEffect: 0.0012, value: { value: 0.004 } });
  assert.equal(
    plain(shiftSentence(shift, 'ratio', 'en-GB')),
    '30 % of attempts instead of 20 %: that alone moved the whole by +0.12 pp. Its own value is 0.40 %.',
  );
  assert.match(plain(shiftSentence({ ...shift, mixEffect: null, referenceAttemptShare: null }, 'ratio', 'en-GB')), /^30 % of attempts instead of –\./);
});

test('how much was looked at, and how much of the change stays unexplained', () => {
  const result = (causes: Cause[]) => ({ tested: 1305, causes }) as ExplainResult;
  assert.equal(foundSentence(result([cause()]), 'en-GB'), 'Of 1,305 parts of the audience that were looked at, one stands out.');
  assert.equal(
    plain(foundSentence(result([cause({ carries: 0.4 }), cause({ carries: 0.25 })]), 'en-GB')),
    'Of 1,305 parts of the audience that were looked at, two stand out. 35 % of the change no cell carries by itself.',
  );
  assert.match(foundSentence(result([]), 'en-GB'), /no cell stands out\.$/);
  assert.equal(foundSentence({ ...result([]), tested: 0 }, 'en-GB'), 'No part of the audience has enough attempts to be looked at.');
  // Where the whole did not move there is no rest either.
  assert.match(foundSentence(result([cause({ carries: null })]), 'en-GB'), /one stands out\.$/);
});

test('bars share a track that ends at all of the change, or at what is longer', () => {
  const less = carriesScale([cause({ carries: 0.5 })]);
  assert.deepEqual(less(0.5), { length: 0.5, all: 1 });
  const more = carriesScale([cause({ carries: 2 }), cause({ carries: -0.1 })]);
  assert.deepEqual([more(2), more(-0.1), more(null)], [{ length: 1, all: 0.5 }, { length: 0, all: 0.5 }, { length: 0, all: 0.5 }]);
});

test('what does not add up over parts cannot be explained by parts', () => {
  assert.deepEqual(['ratio', 'sum', 'distribution', 'distinct', 'concurrency'].map((kind) => isExplainable({ kind })), [true, true, true, false, false]);
});
