// The adapters for dash.js, Shaka, Video.js and a plain element against fake players that say what the real ones said in recorded runs
// (tests/accuracy runs the real ones).

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';

import type { Adapter, Signals } from '../adapter.ts';
import { dashjs, failureClass as dashFailure, type DashLike } from './dashjs.ts';
import { FakeVideo } from './fake.test-support.ts';
import { html5 } from './html5.ts';
import { failureClass as shakaFailure, shaka, type ShakaLike } from './shaka.ts';
import { failureClass as videojsFailure, videojs, type VideoJsLike } from './videojs.ts';

function attached(adapter: Adapter, video = new FakeVideo()): { said: [string, ...unknown[]][]; video: FakeVideo; detach: () => void } {
  const said: [string, ...unknown[]][] = [];
  const signals = new Proxy({} as Signals, { get: (_, name) => (...what: unknown[]) => said.push([String(name), ...what]) });
  return { said, video, detach: adapter.attach(video as unknown as HTMLMediaElement, signals) };
}

const names = (said: [string, ...unknown[]][]): string[] => said.map(([name]) => name);

function dashPlayer(more: object): EventEmitter & DashLike {
  return Object.assign(new EventEmitter(), { getVersion: () => '5.2.1', isDynamic: () => false, getBufferLength: () => 4, ...more }) as never;
}

test('dash.js: a rung told 1.4 s early is on the screen when the picture is', () => {
  const ladder = [{ bandwidth: 500_000, width: 426, height: 240 }, { bandwidth: 900_000, width: 640, height: 360 }];
  const player = dashPlayer({ getRepresentationsByType: () => ladder });
  const { said, video } = attached(dashjs(player));
  video.show(240);
  player.emit('qualityChangeRendered', { mediaType: 'video', newRepresentation: ladder[1] });
  player.emit('qualityChangeRendered', { mediaType: 'audio', newRepresentation: ladder[1] });
  video.show(360);
  const rung = (height: number): number => (height === 240 ? 500_000 : 900_000);
  assert.deepEqual(said.map(([, what]) => (what as { bitrate_bps: number }).bitrate_bps), [rung(240), rung(240), rung(360)]);
});

test('dash.js 4: qualities are indices of its list', () => {
  const player = dashPlayer({ getBitrateInfoListFor: () => [{ bitrate: 500_000, height: 240 }, { bitrate: 900_000, height: 360 }] });
  const { said } = attached(dashjs(player));
  player.emit('qualityChangeRequested', { mediaType: 'video', newQuality: 1, reason: { name: 'ThroughputRule' } });
  assert.deepEqual(said, [['renditionSelected', { bitrate_bps: 900_000, width: undefined, height: 360 }, true]]);
});

test('dash.js: every request that begins ends once, failed ones too', () => {
  const player = dashPlayer({});
  const { said } = attached(dashjs(player));
  const request = { mediaType: 'video', type: 'MediaSegment', url: 'https://cdn.example/1.m4s', duration: 3, bytesTotal: 1_000, startDate: new Date(), firstByteDate: new Date() };
  player.emit('fragmentLoadingStarted', { request });
  player.emit('fragmentLoadingCompleted', { request });
  player.emit('fragmentLoadingStarted', { request });
  player.emit('fragmentLoadingCompleted', { request, error: { code: 27 } });
  assert.deepEqual(names(said), ['requestStarted', 'requestFinished', 'requestStarted', 'requestCancelled']);
  const { bytes, media_ms, first_byte_at } = said[1]![1] as { bytes: number; media_ms: number; first_byte_at?: number };
  // It repeats the start where it knows no first byte.
  assert.deepEqual([bytes, media_ms, first_byte_at], [1_000, 3_000, undefined]);
});

test('dash.js: clocks and subtitles are no fatal errors, segments and manifests are', () => {
  const player = dashPlayer({});
  const { said } = attached(dashjs(player));
  for (const code of [27, 25, 33, 111]) player.emit('error', { error: { code, message: 'x' } });
  assert.deepEqual(
    said.map(([, what]) => [(what as { class: string }).class, (what as { fatal: boolean }).fatal]),
    [['segment', true], ['manifest', true], ['unknown', false], ['drm', true]],
  );
  assert.equal(dashFailure(20), 'decode');
});

function shakaPlayer(tracks: object[] = [], form = 'DASH'): { player: ShakaLike; emit: (name: string, detail?: object) => void; loads: Promise<unknown>[] } {
  const target = new EventTarget();
  const loads: Promise<unknown>[] = [];
  class Player {
    load(): Promise<unknown> {
      return loads[0] ?? Promise.resolve();
    }
  }
  const player = Object.assign(new Player(), {
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    isLive: () => false,
    getPlaybackRate: () => 1,
    getVariantTracks: () => tracks,
    getManifestType: () => form,
    keySystem: () => '',
  });
  return { player: player as never, emit: (name, detail = {}) => target.dispatchEvent(Object.assign(new Event(name), detail)), loads };
}

test('Shaka: what it calls the bandwidth is the declared one of DASH and the peak of HLS', () => {
  for (const [form, known] of [['DASH', { bitrate_bps: 884_000 }], ['HLS', { bitrate_peak_bps: 900_000 }]] as const) {
    const tracks = [{ active: true, bandwidth: 500_000, videoBandwidth: 484_000, height: 240 }, { active: false, bandwidth: 900_000, videoBandwidth: 884_000, height: 360 }];
    const { player, emit } = shakaPlayer(tracks, form);
    const { said } = attached(shaka(player));
    emit('variantchanged');
    [tracks[0]!.active, tracks[1]!.active] = [false, true];
    emit('adaptation');
    assert.deepEqual(said.filter(([what]) => what === 'renditionSelected'), [['renditionSelected', { ...known, width: undefined, height: 360 }, true]], form);
  }
});

test('Shaka: its own waiting is told, and the rate that the viewer wants', () => {
  const { player, emit } = shakaPlayer();
  const adapter = shaka(player, { version: '5.2.12' });
  const { said, detach } = attached(adapter);
  emit('buffering', { buffering: true });
  emit('buffering', { buffering: false });
  assert.deepEqual(said, [['buffering', true], ['buffering', false]]);
  assert.equal(adapter.playback_rate?.(), 1);
  detach();
  emit('buffering', { buffering: true });
  assert.equal(said.length, 2);
});

test('Shaka: a load that fails is a fatal error; one that another replaced is none; the page keeps its promise', async () => {
  const { player, loads } = shakaPlayer();
  const before = player.load;
  const { said, detach } = attached(shaka(player));
  loads[0] = Promise.reject({ severity: 2, category: 1, code: 1_001, data: ['https://cdn.example/a.mpd?token=1', 404, '', {}, 0] });
  await assert.rejects(player.load() as Promise<unknown>);
  loads[0] = Promise.reject({ severity: 2, category: 7, code: 7_000 });
  await assert.rejects(player.load() as Promise<unknown>);
  assert.deepEqual(said, [['error', { class: 'manifest', code: '1001', message: undefined, context: 'https://cdn.example/a.mpd', fatal: true }]]);
  detach();
  assert.equal(player.load, before);
});

test("Shaka's errors get a class of the dictionary", () => {
  assert.equal(shakaFailure({ category: 1, code: 1_001, data: ['u', 404, '', {}, 1] }), 'segment');
  assert.equal(shakaFailure({ category: 1, code: 1_002, data: ['u', 2] }), 'drm');
  assert.equal(shakaFailure({ category: 1, code: 1_003 }), 'timeout');
  assert.equal(shakaFailure({ category: 3 }), 'decode');
  assert.equal(shakaFailure({ category: 6 }), 'drm');
});

function videoJs(more: object = {}): EventEmitter & VideoJsLike {
  return Object.assign(new EventEmitter(), {
    ready: (act: () => void) => act(),
    tech: () => ({}),
    error: () => null,
    textTracks: () => [],
    currentSrc: () => 'https://cdn.example/a.m3u8',
    ...more,
  }) as never;
}

test('Video.js: ads of its ad plugins and its end are told', () => {
  const player = videoJs();
  const { said } = attached(videojs(player, { VERSION: '8.24.1' }));
  for (const name of ['ads-request', 'ads-ad-started', 'ads-ad-ended', 'dispose']) player.emit(name);
  assert.deepEqual(names(said), ['ready', 'adRequested', 'adStarted', 'adEnded', 'destroyed']);
});

test('Video.js: a source is waited for from when the page gives it; asking which there is gives none', () => {
  const given: unknown[] = [];
  const src = (...sources: unknown[]): unknown => (given.push(...sources), 'now');
  const player = videoJs({ src });
  const { said, detach } = attached(videojs(player));
  const asked = player.src as unknown as typeof src;
  assert.equal(asked.call(player), 'now');
  assert.deepEqual(names(said), ['ready']);
  asked.call(player, 'a.m3u8');
  assert.deepEqual(names(said), ['ready', 'loading']);
  assert.deepEqual(given, ['a.m3u8']);
  detach();
  assert.equal(player.src, src);
});

test('Video.js: renditions are those of VHS, of version 7 and 8 alike; without VHS it tells none', () => {
  const playlists = [{ id: '0', attributes: { BANDWIDTH: 900_000, 'AVERAGE-BANDWIDTH': 800_000, RESOLUTION: { width: 640, height: 360 } } }];
  for (const name of ['main', 'master']) {
    const adapter = videojs(videoJs({ tech: () => ({ vhs: { playlists: { [name]: { playlists } } } }) }));
    const { said, video } = attached(adapter);
    video.show(360);
    assert.equal(adapter.tellsRenditions, true);
    assert.deepEqual(said.at(-1), ['rendition', { bitrate_bps: 800_000, bitrate_peak_bps: 900_000, width: 640, height: 360 }]);
  }
  assert.equal(videojs(videoJs()).tellsRenditions, false);
  assert.equal(videojsFailure(4, 'No compatible source', false), 'manifest');
  assert.equal(videojsFailure(2, 'a segment failed', true), 'segment');
});

test('a plain element that fetches and has no next frame is short of data, whatever its buffer is guessed to be', () => {
  const adapter = html5();
  const { said, video, detach } = attached(adapter);
  assert.equal(adapter.buffer_ms?.(), undefined);
  Object.assign(video, { networkState: 2, readyState: 2 });
  assert.equal(adapter.buffer_ms?.(), -1);
  // Of HLS it is not guessed.
  Object.assign(video, { currentSrc: 'https://cdn.example/vod.m3u8?token' });
  assert.equal(adapter.buffer_ms?.(), undefined);
  Object.assign(video, { currentSrc: '', networkState: 1, readyState: 4 });
  video.dispatchEvent(new Event('suspend'));
  assert.equal(adapter.buffer_ms?.(), undefined);
  assert.deepEqual(said, [['requestStarted', 'av'], ['requestCancelled', 'av']]);
  detach();
});
