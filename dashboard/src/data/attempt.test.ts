import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Totals } from '../api-types.ts';
import { bitrateAvg, causeTitle, droppedShare, outcomeOf, rebufferRatio, stateTitle, titleOf, whereOf } from './attempt.ts';

const outcome = (totals: Totals, ended = true, state = 'q') => outcomeOf({ totals, ended, state });

test('an attempt ends in the words of what happened', () => {
  assert.deepEqual(outcome({ first_frame_seen: true }, false, 'r'), { kind: 'running', text: 'Rebuffering' });
  assert.deepEqual(outcome({ first_frame_seen: true, end_reason: 'ended' }).kind, 'ended');
  assert.deepEqual(outcome({ first_frame_seen: true, end_reason: 'quit' }), { kind: 'left', text: 'Left' });
  assert.deepEqual(outcome({ end_reason: 'quit' }), { kind: 'left_before_start', text: 'Left before the start' });
  assert.deepEqual(outcome({ failure: { class: 'manifest', code: '404' }, end_reason: 'fatal' }), {
    kind: 'failed',
    text: 'Failed to start: manifest (404)',
  });
  assert.equal(outcome({ first_frame_seen: true, end_reason: 'timeout' }).text, 'Fell silent');
});

test('figures without a denominator are not known', () => {
  assert.deepEqual([rebufferRatio({}), bitrateAvg({}), droppedShare({})], [null, null, null]);
  assert.equal(rebufferRatio({ play_ms: 9_000, stall_ms: 1_000 }), 0.1);
  assert.equal(bitrateAvg({ bitrate_bps_ms: 2_000_000 * 500, bitrate_media_ms: 500 }), 2_000_000);
  assert.equal(droppedShare({ frames_dropped: 1, frames_decoded: 100 }), 0.01);
});

test('states and causes of a newer server stand as they are', () => {
  assert.equal(stateTitle('r'), 'Rebuffering');
  assert.equal(stateTitle(null), 'Not reported');
  assert.equal(stateTitle('z'), 'State z');
  assert.equal(causeTitle('solar_flare'), 'solar flare');
});

test('who and what leave out what is not known', () => {
  assert.equal(titleOf({ dimensions: { video_title: null, video_id: 'v1' } }), 'v1');
  assert.equal(titleOf({ dimensions: {} }), 'Untitled video');
  assert.equal(whereOf({ dimensions: { browser: 'Chrome', os: null, device_class: 'tv', country: 'AT', city: null } }), 'Chrome · tv · AT');
});
