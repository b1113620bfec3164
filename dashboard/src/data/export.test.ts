import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Export, QueryRequest } from '../api-types.ts';
import { answerExport, contentText, isUnderWay, progressText, spanOf } from './export.ts';

const question: QueryRequest = {
  metrics: ['attempts', 'rebuffer_ratio'],
  dimensions: ['cdn', 'country'],
  interval: 'hour',
  start: '2026-11-19T00:00:00.000Z',
  end: '2026-11-20T00:00:00.000Z',
  timezone: 'UTC',
  limit: 10,
  cursor: 'abc',
};

test('an answer is exported whole: its question without what takes a part of it', () => {
  const request = answerExport(question, 'csv');
  assert.deepEqual([request.kind, request.format], ['answer', 'csv']);
  assert.deepEqual(Object.keys(request.question!).sort(), ['dimensions', 'end', 'interval', 'metrics', 'start', 'timezone']);
});

test('what an export holds, and of when', () => {
  assert.equal(contentText(answerExport(question, 'csv')), 'attempts, rebuffer_ratio by cdn and country, per hour');
  assert.equal(contentText({ kind: 'attempts', format: 'parquet' }), 'single attempts');
  assert.deepEqual(spanOf(answerExport(question, 'csv')), [Date.parse(question.start), Date.parse(question.end)]);
  assert.deepEqual(spanOf({ kind: 'attempts', format: 'csv', start: question.start, end: question.end }), [Date.parse(question.start), Date.parse(question.end)]);
  assert.equal(spanOf({ kind: 'attempts', format: 'csv' }), null);
});

test('how far it is: waiting, being written, done, failed, a state of a newer server', () => {
  const of = (more: Partial<Export>): Export => ({ id: '', request: { kind: 'attempts', format: 'csv' }, state: 'queued', createdAt: '', expiresAt: '', ...more });
  const text = (more: Partial<Export>) => progressText(of(more), 'en-GB').replaceAll('\u202f', ' ');
  assert.equal(text({}), 'waits for its turn');
  assert.equal(text({ state: 'running', progress: { bytes: 1_200_000, rowsExpected: 84_000 } }), 'being written: 1.20 MB, 84,000 rows');
  assert.equal(text({ state: 'running' }), 'being written: 0 B');
  assert.equal(text({ state: 'done', rows: 1, bytes: 312 }), '1 row, 312 B');
  assert.equal(text({ state: 'failed', reason: 'too many attempts' }), 'failed: too many attempts');
  assert.equal(text({ state: 'frozen' }), 'frozen');
  assert.deepEqual(['queued', 'running', 'done', 'failed'].map((state) => isUnderWay({ state })), [true, true, false, false]);
});
