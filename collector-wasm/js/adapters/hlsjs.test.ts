// The hls.js adapter against a fake emitter that says what hls.js 1.7 said in recorded runs.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';

import type { Signals } from '../adapter.ts';
import { FakeVideo } from './fake.test-support.ts';
import { failureClass, hlsjs, type HlsLike } from './hlsjs.ts';

function play(levels: HlsLike['levels'] = []): { said: [string, unknown][]; hls: EventEmitter & HlsLike; video: FakeVideo; detach: () => void } {
  const video = new FakeVideo();
  const said: [string, unknown][] = [];
  const signals = new Proxy({} as Signals, { get: (_, name) => (what: unknown) => said.push([String(name), what]) });
  const hls = Object.assign(new EventEmitter(), { levels, startPosition: -1, mainForwardBufferInfo: { len: 3.5 } });
  const adapter = hlsjs(hls as unknown as HlsLike, { version: '1.7.4' });
  assert.equal(adapter.player_software_version, '1.7.4');
  assert.equal(adapter.buffer_ms?.(), 3_500);
  return { said, hls: hls as never, video, detach: adapter.attach(video as unknown as HTMLMediaElement, signals) };
}

test('a rendition is told when its picture is shown, whatever hls.js says before', () => {
  const { said, hls, video } = play([
    { bitrate: 900_000, width: 640, height: 360, attrs: { 'AVERAGE-BANDWIDTH': '800000', BANDWIDTH: '900000' } },
    { bitrate: 2_000_000, height: 720 },
  ]);
  const low = { bitrate_bps: 800_000, bitrate_peak_bps: 900_000, width: 640, height: 360 };
  const high = { bitrate_bps: undefined, bitrate_peak_bps: 2_000_000, width: undefined, height: 720 };
  hls.emit('hlsLevelSwitching', 'hlsLevelSwitching', { level: 0 });
  assert.deepEqual(said, [['renditionSelected', low]]);
  video.show(360);
  hls.emit('hlsLevelSwitched', 'hlsLevelSwitched', { level: 0 });
  // Measured: told of a rung whose segment was replaced before it was shown.
  hls.emit('hlsLevelSwitched', 'hlsLevelSwitched', { level: 1 });
  hls.emit('hlsLevelSwitched', 'hlsLevelSwitched', { level: 9 });
  assert.deepEqual(said.slice(1), [
    ['rendition', low],
    ['rendition', low],
    ['rendition', low],
  ]);
  video.show(720);
  assert.deepEqual(said.at(-1), ['rendition', high]);
});

test('among rungs of one height, and without any height, the player has the word', () => {
  const { said, hls, video } = play([{ bitrate: 1_000_000, height: 720 }, { bitrate: 3_000_000, height: 720 }, { bitrate: 5_000_000 }]);
  video.show(720);
  hls.emit('hlsLevelSwitched', 'hlsLevelSwitched', { level: 1 });
  assert.equal((said.at(-1)?.[1] as { bitrate_peak_bps: number }).bitrate_peak_bps, 3_000_000);
  video.show(1_080);
  hls.emit('hlsLevelSwitched', 'hlsLevelSwitched', { level: 2 });
  assert.equal((said.at(-1)?.[1] as { bitrate_peak_bps: number }).bitrate_peak_bps, 5_000_000);
});

test('a fragment is a request with its bytes, times and address', () => {
  const { said, hls } = play();
  hls.emit('hlsFragLoading', 'hlsFragLoading', {});
  hls.emit('hlsFragLoaded', 'hlsFragLoaded', { frag: { url: 'https://cdn.example:8443/a.ts', duration: 4, stats: { loaded: 1_000, loading: { start: 10, first: 30, end: 90 } } } });
  assert.deepEqual(said, [
    ['requestStarted', 'v'],
    [
      'requestFinished',
      { object_type: 'v', bytes: 1_000, started_at: 10, first_byte_at: 30, finished_at: 90, url: 'https://cdn.example:8443/a.ts', media_ms: 4_000 },
    ],
  ]);
});

test('errors get a class of the dictionary', () => {
  const cases: [string, string, string][] = [
    ['networkError', 'manifestLoadError', 'manifest'],
    ['networkError', 'manifestLoadTimeOut', 'timeout'],
    ['networkError', 'levelLoadError', 'manifest'],
    ['networkError', 'fragLoadError', 'segment'],
    ['networkError', 'fragLoadTimeOut', 'timeout'],
    ['mediaError', 'fragParsingError', 'decode'],
    ['mediaError', 'bufferAppendError', 'decode'],
    ['mediaError', 'bufferStalledError', 'unknown'],
    ['keySystemError', 'keySystemLicenseRequestFailed', 'drm'],
    ['networkError', 'keyLoadError', 'drm'],
    ['networkError', 'somethingNew', 'network'],
    ['otherError', 'internalException', 'unknown'],
  ];
  for (const [type, details, expected] of cases) assert.equal(failureClass(type, details), expected, details);
});

test('an aborted request of a seek and a stall are no errors, a fatal one is told with its status', () => {
  const { said, hls } = play();
  hls.emit('hlsError', 'hlsError', { type: 'networkError', details: 'aborted', fatal: false });
  hls.emit('hlsError', 'hlsError', { type: 'mediaError', details: 'bufferStalledError', fatal: false });
  hls.emit('hlsError', 'hlsError', { type: 'networkError', details: 'manifestLoadError', fatal: true, response: { code: 404 } });
  assert.deepEqual(said, [['error', { class: 'manifest', code: 'manifestLoadError', message: 'HTTP 404', fatal: true }]]);
});

test('another manifest is another source, the same one again is not', () => {
  const { said, hls } = play();
  for (const url of ['a.m3u8', 'a.m3u8', 'b.m3u8']) hls.emit('hlsManifestLoading', 'hlsManifestLoading', { url });
  assert.deepEqual(said, [['sourceChanged', undefined]]);
});

test('an hls.js of another shape costs nothing, and nothing is heard after detaching', () => {
  const { said, hls, detach } = play();
  hls.emit('hlsLevelLoaded', 'hlsLevelLoaded', {});
  detach();
  hls.emit('hlsFragLoading', 'hlsFragLoading', {});
  assert.deepEqual(said, []);
  assert.equal(hls.listenerCount('hlsError'), 0);
});
