import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concernsOf, pipelineOf, samplesOf } from './pipeline.ts';

const PAGE = `# HELP playhead_ingest_beacons_received_total beacons of answered batches
# TYPE playhead_ingest_beacons_received_total counter
playhead_ingest_beacons_received_total 120
playhead_ingest_beacons_stored_total 100
playhead_ingest_beacons_duplicate_total 7
playhead_ingest_beacons_in_flight 10
playhead_ingest_beacons_rejected_total{code="clock"} 1
playhead_ingest_beacons_rejected_total{code="too_large"} 2
playhead_ingest_beacons_rejected_total{code="never"} 0
playhead_ingest_journal_healthy 1
playhead_ingest_journal_age_ms 40
playhead_ingest_insert_seconds_bucket{le="+Inf"} 3
`;

test('a page of numbers is read, labels and all', () => {
  assert.deepEqual(samplesOf('a{b="x\\"y\\\\z",c="d\\ne"} 1.5e3 1700000000\n# HELP a {}\n\nnonsense'), [{ name: 'a', labels: { b: 'x"y\\z', c: 'd\ne' }, value: 1500 }]);
});

test('every exit of a beacon is told, reasons most first', () => {
  const { received, stored, duplicate, inFlight, rejected, lost } = pipelineOf(PAGE);
  assert.deepEqual([received, stored, duplicate, inFlight, lost], [120, 100, 7, 10, null]);
  assert.deepEqual(rejected, [{ code: 'too_large', count: 2 }, { code: 'clock', count: 1 }]);
  assert.equal(received! - stored! - duplicate! - inFlight! - rejected.reduce((sum, { count }) => sum + count, 0), 0);
});

test('what is well raises no concern, what is not raises its own', () => {
  assert.deepEqual(concernsOf(pipelineOf(PAGE)), []);
  assert.deepEqual(concernsOf(pipelineOf('')), []);
  const concerns = (page: string) => concernsOf(pipelineOf(PAGE + page)).length;
  assert.equal(concerns('playhead_ingest_beacons_lost_total 1\n'), 1);
  assert.equal(concerns('playhead_ingest_dead_letters_total 1\nplayhead_ingest_beacons_rejected_total{code="more"} 50\n'), 2);
  assert.equal(concernsOf(pipelineOf('playhead_ingest_journal_healthy 0\nplayhead_ingest_journal_age_ms 90000\n')).length, 2);
});
