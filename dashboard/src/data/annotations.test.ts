import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Annotation, AnnotationKind } from '../api-types.ts';
import { marksOf, requestOf, stretchOf, touches, whenText } from './annotations.ts';

const ZONE = 'Europe/Vienna';
const at = (kind: AnnotationKind, start: string, end: string | null = null): Annotation => ({
  id: `${kind}${start}`,
  kind,
  start,
  end,
  title: kind,
  filters: [],
  createdAt: start,
  updatedAt: start,
});
const ms = (text: string) => Date.parse(text);

test('a moment, a stretch, what goes on, and whole days of the reader’s zone', () => {
  assert.deepEqual(stretchOf(at('release', '2026-11-19T13:00:00Z'), ZONE), { from: ms('2026-11-19T13:00:00Z'), to: ms('2026-11-19T13:00:00Z') });
  assert.deepEqual(stretchOf(at('incident', '2026-11-19T13:00:00Z'), ZONE), { from: ms('2026-11-19T13:00:00Z'), to: null });
  assert.deepEqual(stretchOf(at('note', '2026-11-19T13:00:00Z', '2026-11-19T14:00:00Z'), ZONE), {
    from: ms('2026-11-19T13:00:00Z'),
    to: ms('2026-11-19T14:00:00Z'),
  });
  assert.deepEqual(stretchOf(at('holiday', '2026-12-25', '2026-12-26'), ZONE), { from: ms('2026-12-24T23:00:00Z'), to: ms('2026-12-26T23:00:00Z') });
  // The day on which clocks go back has 25 hours.
  assert.deepEqual(stretchOf(at('holiday', '2026-10-25'), ZONE), { from: ms('2026-10-24T22:00:00Z'), to: ms('2026-10-25T23:00:00Z') });
  assert.equal(stretchOf(at('note', 'soon'), ZONE), null);
});

test('marks are numbered from the earliest on', () => {
  const marks = marksOf([at('note', '2026-11-19T15:00:00Z'), at('release', '2026-11-19T13:00:00Z'), at('note', 'soon')], ZONE);
  assert.deepEqual(marks.map(({ number, annotation }) => [number, annotation.kind]), [[1, 'release'], [2, 'note']]);
});

test('a mark touches the bucket that it stands in, and every one that it covers', () => {
  const [release, incident] = marksOf([at('release', '2026-11-19T13:00:00Z'), at('incident', '2026-11-19T13:30:00Z')], ZONE);
  const hour = (begin: string) => [ms(begin), ms(begin) + 3_600_000] as const;
  const [before, during, later] = ['2026-11-19T12:00:00Z', '2026-11-19T13:00:00Z', '2026-11-20T01:00:00Z'].map(hour);
  assert.deepEqual([before!, during!, later!].map(([start, end]) => touches(release!, start, end)), [false, true, false]);
  assert.deepEqual([before!, during!, later!].map(([start, end]) => touches(incident!, start, end)), [false, true, true]);
});

test('when it was, in words', () => {
  const words = (annotation: Annotation) => whenText(marksOf([annotation], ZONE)[0]!, ZONE, 'en-GB');
  assert.equal(words(at('release', '2026-11-19T13:00:00Z')), '19 Nov 2026, 14:00');
  assert.match(words(at('incident', '2026-11-19T13:00:00Z')), /^since 19 Nov/);
  assert.equal(words(at('holiday', '2026-12-25')), '25 Dec 2026');
  assert.match(words(at('holiday', '2026-12-25', '2026-12-26')), /^25\s?.\s?26 Dec 2026$/);
  assert.match(words(at('incident', '2026-11-19T13:00:00Z', '2026-11-19T15:30:00Z')), /14:00.+16:30/);
});

test('what is typed becomes what is sent', () => {
  const draft = { kind: 'incident' as const, title: ' cdn-b slow ', text: '', start: '2026-11-19T14:00', end: '' };
  assert.deepEqual(requestOf(draft, ZONE), { kind: 'incident', title: 'cdn-b slow', start: '2026-11-19T13:00:00.000Z' });
  assert.equal(requestOf({ ...draft, end: '2026-11-19T16:00' }, ZONE)?.end, '2026-11-19T15:00:00.000Z');
  assert.equal(requestOf({ ...draft, kind: 'release', end: '2026-11-19T16:00', text: ' more ' }, ZONE)?.end, undefined);
  assert.equal(requestOf({ ...draft, end: '2026-11-19T13:00' }, ZONE), null);
  assert.equal(requestOf({ ...draft, start: '' }, ZONE), null);
  // A holiday is days; its last one is included, so begin and end may be the same.
  assert.deepEqual(requestOf({ ...draft, kind: 'holiday', start: '2026-12-25T10:00', end: '2026-12-25' }, ZONE), {
    kind: 'holiday',
    title: 'cdn-b slow',
    start: '2026-12-25',
    end: '2026-12-25',
  });
});
