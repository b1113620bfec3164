// Here lives what the players are given: the demo's HLS media, and made from it while asked for: each track alone, DASH, one file,
// an endless live stream of both with programme date time, low-latency parts, and the same under a clear key.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { fileOf, finer, finerInit, fragments, segmentOf, slice, trackOfInit } from './boxes.mjs';
import { encryptedInit, encryptedSegment, KEY_ID } from './encrypt.mjs';

const folder = fileURLToPath(new URL('../../../collector-wasm/player/media/', import.meta.url));

/** Length of a segment, s, and frames in a second, as make-media.sh made them. */
export const SEGMENT_S = 3;
export const FRAMES_PER_S = 24;
const SEGMENTS = 14;
const VIDEO = { track: 1, scale: 12_288 };
const AUDIO = { track: 2, scale: 44_100, bandwidth: 16_000 };
/** Low-latency parts of a segment: half a second each. */
export const PARTS = 6;
/** Segments that a live playlist holds: half a minute to go back. */
const LIVE_SEGMENTS = 10;

/** The ladder, from the master playlist itself: what is declared there is what has to be measured. */
export const RENDITIONS = readFileSync(`${folder}master.m3u8`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('#EXT-X-STREAM-INF'))
  .map((line) => {
    const attribute = (/** @type {string} */ name) => new RegExp(`[:,]${name}="?([^",]+)`).exec(line)?.[1] ?? '';
    const [width, height] = attribute('RESOLUTION').split('x').map(Number);
    return {
      name: attribute('NAME'),
      width,
      height,
      bandwidth: Number(attribute('BANDWIDTH')),
      average: Number(attribute('AVERAGE-BANDWIDTH')),
      codecs: /CODECS="([^"]+)"/.exec(line)?.[1] ?? '',
    };
  });

/** The video of kind `d`: its rung, how much finer its clock is, and the segment that holds its pictures so often more. */
const DENSE = { ...RENDITIONS[RENDITIONS.length - 1], factor: 80, segment: 2, copies: 60 };

/** @type {Map<string, Buffer>} */
const kept = new Map();
/** @param {string} key @param {() => Buffer} make */
function once(key, make) {
  let bytes = kept.get(key);
  if (bytes === undefined) kept.set(key, (bytes = make()));
  return bytes;
}

const file = (/** @type {string} */ path) => once(path, () => readFileSync(folder + path));
const muxedInit = (/** @type {string} */ name) => file(`${name}/init_${RENDITIONS.findIndex((rendition) => rendition.name === name)}.mp4`);

/** @typedef {'m' | 'v' | 'a' | 'e' | 'd'} Kind muxed, video alone, audio alone, video encrypted, video alone with a place where it is dense */

/** @param {Kind} kind @param {string} name */
export function init(kind, name) {
  return once(`${kind}/${name}/init`, () => {
    const both = muxedInit(name);
    if (kind === 'm') return both;
    const one = kind === 'e' ? encryptedInit(both) : trackOfInit(both, kind === 'a' ? AUDIO.track : VIDEO.track);
    return kind === 'd' ? finerInit(one, DENSE.factor) : one;
  });
}

/** Segment `number`; beyond the last it begins again, later. @param {Kind} kind @param {string} name @param {number} number */
export function segment(kind, name, number) {
  const source = file(`${name}/${String(number % SEGMENTS).padStart(2, '0')}.m4s`);
  const round = Math.floor(number / SEGMENTS);
  if (kind === 'm' && round === 0) return source;
  if (kind === 'e') return once(`e/${name}/${number}`, () => encryptedSegment(source, number));
  const parts = later(source, round).filter(({ track }) => kind === 'm' || track === (kind === 'a' ? AUDIO.track : VIDEO.track));
  return segmentOf(kind === 'd' ? parts.map((part) => finer(part, DENSE.factor, number === DENSE.segment ? DENSE.copies : 0)) : parts, number + 1);
}

/** One low-latency part of a muxed segment. @param {string} name @param {number} number @param {number} part */
export function part(name, number, part) {
  const source = file(`${name}/${String(number % SEGMENTS).padStart(2, '0')}.m4s`);
  const all = later(source, Math.floor(number / SEGMENTS));
  const parts = all.map((fragment) => {
    const from = Math.round((fragment.samples.length * part) / PARTS);
    return slice(fragment, from, Math.round((fragment.samples.length * (part + 1)) / PARTS) - from);
  });
  return segmentOf(parts, number * PARTS + part + 1);
}

/** @param {Buffer} source @param {number} round */
function later(source, round) {
  return fragments(source).map((fragment) => {
    const scale = fragment.track === VIDEO.track ? VIDEO.scale : AUDIO.scale;
    return { ...fragment, time: fragment.time + BigInt(round * SEGMENTS * SEGMENT_S * scale) };
  });
}

/** @type {Map<string, ReturnType<typeof fileOf>>} */
const files = new Map();
/** The whole of one rendition, or of the dense video, as one ordinary file, and where each segment ends in it. @param {string} name */
export function progressive(name) {
  let made = files.get(name);
  if (made === undefined) {
    const [kind, rung, finer] = name === 'dense' ? /** @type {const} */ (['d', DENSE.name, DENSE.factor]) : /** @type {const} */ (['m', name, 1]);
    const segments = Array.from({ length: SEGMENTS }, (_, number) => segment(kind, rung, number));
    files.set(name, (made = fileOf(init(kind, rung), segments, (track) => (track === VIDEO.track ? VIDEO.scale * finer : AUDIO.scale))));
  }
  return made;
}

// Manifests.

/**
 * That there are no captions is said: Shaka Player 5 would else look for some in the middle and the last segment before it begins.
 * @param {{averages?: boolean}} [options]
 */
export function hlsMaster(suffix = '', { averages = true } = {}) {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const { name, width, height, bandwidth, average, codecs } of RENDITIONS) {
    const declared = averages ? `,AVERAGE-BANDWIDTH=${average}` : '';
    lines.push(`#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth}${declared},RESOLUTION=${width}x${height},FRAME-RATE=${FRAMES_PER_S}.000,CODECS="${codecs}",CLOSED-CAPTIONS=NONE,NAME="${name}"`);
    lines.push(`${name}${suffix}.m3u8`);
  }
  return `${lines.join('\n')}\n`;
}

/** @param {string} name @param {Kind} kind */
export function hlsVod(name, kind = 'm') {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${SEGMENT_S}`, '#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-PLAYLIST-TYPE:VOD'];
  if (kind === 'e') {
    lines.push(`#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,KEYFORMAT="urn:mpeg:dash:mp4protection:2011",KEYFORMATVERSIONS="1",URI="data:text/plain;base64,",KEYID=0x${KEY_ID}`);
  }
  lines.push(`#EXT-X-MAP:URI="../${kind}/${name}/init.mp4"`);
  for (let number = 0; number < SEGMENTS; number += 1) lines.push(`#EXTINF:${SEGMENT_S}.000000,`, `../${kind}/${name}/${number}.m4s`);
  return `${lines.join('\n')}\n#EXT-X-ENDLIST\n`;
}

/** Where a live stream stands: segments that are complete at `now`, both ms since 1970. */
export const liveSegments = (/** @type {number} */ began, /** @type {number} */ now) => Math.floor((now - began) / (SEGMENT_S * 1_000));
const liveParts = (/** @type {number} */ began, /** @type {number} */ now) => Math.floor(((now - began) * PARTS) / (SEGMENT_S * 1_000));

/** @param {string} name @param {number} began @param {number} now @param {boolean} lowLatency */
export function hlsLive(name, began, now, lowLatency) {
  const end = liveSegments(began, now);
  const first = Math.max(0, end - LIVE_SEGMENTS);
  const partSeconds = SEGMENT_S / PARTS;
  const lines = ['#EXTM3U', '#EXT-X-VERSION:9', `#EXT-X-TARGETDURATION:${SEGMENT_S}`, `#EXT-X-MEDIA-SEQUENCE:${first}`];
  if (lowLatency) lines.push(`#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${3 * partSeconds}`, `#EXT-X-PART-INF:PART-TARGET=${partSeconds}`);
  lines.push(`#EXT-X-MAP:URI="../m/${name}/init.mp4"`);
  const parts = (/** @type {number} */ number, /** @type {number} */ count) => {
    for (let index = 0; index < count; index += 1) {
      lines.push(`#EXT-X-PART:DURATION=${partSeconds},URI="../m/${name}/${number}.${index}.m4s"${index === 0 ? ',INDEPENDENT=YES' : ''}`);
    }
  };
  for (let number = first; number < end; number += 1) {
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(began + number * SEGMENT_S * 1_000).toISOString()}`);
    if (lowLatency && number >= end - 2) parts(number, PARTS);
    lines.push(`#EXTINF:${SEGMENT_S}.000000,`, `../m/${name}/${number}.m4s`);
  }
  if (lowLatency) {
    const begun = liveParts(began, now) - end * PARTS;
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(began + end * SEGMENT_S * 1_000).toISOString()}`);
    parts(end, begun);
    lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="../m/${name}/${end}.${begun}.m4s"`);
  }
  return `${lines.join('\n')}\n`;
}

/** When a live playlist holds segment `number` and its part `index`, ms since 1970. @param {number} began @param {number} number @param {number | null} index */
export const liveReadyAt = (began, number, index) => began + ((index === null ? number + 1 : number + (index + 1) / PARTS) * SEGMENT_S) * 1_000;

/** @param {{began?: number, encrypted?: boolean, dense?: boolean, origin?: string}} [options] */
export function dash({ began, encrypted = false, dense = false, origin = '' } = {}) {
  const live = began !== undefined;
  const head = live
    ? `type="dynamic" availabilityStartTime="${new Date(began).toISOString()}" publishTime="${new Date(began).toISOString()}" minimumUpdatePeriod="PT3S" timeShiftBufferDepth="PT30S" suggestedPresentationDelay="PT9S" maxSegmentDuration="PT${SEGMENT_S}S"`
    : `type="static" mediaPresentationDuration="PT${SEGMENTS * SEGMENT_S}S"`;
  const template = (/** @type {string} */ kind) =>
    `<SegmentTemplate timescale="1" duration="${SEGMENT_S}" startNumber="0" initialization="../${kind}/$RepresentationID$/init.mp4" media="../${kind}/$RepresentationID$/$Number$.m4s"/>`;
  const key = KEY_ID.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const protection = encrypted
    ? `<ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cenc" cenc:default_KID="${key}"/><ContentProtection schemeIdUri="urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e" value="ClearKey1.0"/>`
    : '';
  const video = (encrypted ? RENDITIONS.slice(0, 1) : dense ? [DENSE] : RENDITIONS).map(
    ({ name, width, height, average, codecs }) =>
      `<Representation id="${name}" bandwidth="${average}" width="${width}" height="${height}" frameRate="${FRAMES_PER_S}" codecs="${codecs.split(',')[0]}"/>`,
  );
  const sound = `<AdaptationSet id="2" contentType="audio" mimeType="audio/mp4" segmentAlignment="true" startWithSAP="1" lang="en">
      ${template('a').replaceAll('$RepresentationID$', RENDITIONS[0].name)}
      <Representation id="audio" bandwidth="${AUDIO.bandwidth}" audioSamplingRate="${AUDIO.scale}" codecs="mp4a.40.2"/>
    </AdaptationSet>`;
  return `<?xml version="1.0" encoding="utf-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013" profiles="urn:mpeg:dash:profile:isoff-live:2011" minBufferTime="PT3S" ${head}>
  <Period id="0" start="PT0S">
    <AdaptationSet id="1" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
      ${protection}${template(encrypted ? 'e' : dense ? 'd' : 'v')}
      ${video.join('\n      ')}
    </AdaptationSet>
    ${dense ? '' : sound}
  </Period>
  ${live ? `<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="${origin}/time"/>` : ''}
</MPD>
`;
}

/** The highest rung alone, without sound, with a place where no decoder follows. A video with sound plays on for some seconds when its pictures do not come. */
export function hlsDenseMaster() {
  const { width, height, bandwidth, average, codecs } = DENSE;
  return `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth},AVERAGE-BANDWIDTH=${average},RESOLUTION=${width}x${height},CODECS="${codecs.split(',')[0]}",CLOSED-CAPTIONS=NONE\ndense-video.m3u8\n`;
}
export const hlsDense = () => hlsVod(DENSE.name, 'd');

/** Sound alone, as HLS. */
export function hlsAudioMaster() {
  return `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-STREAM-INF:BANDWIDTH=${AUDIO.bandwidth},AVERAGE-BANDWIDTH=${AUDIO.bandwidth},CODECS="mp4a.40.2"\naudio.m3u8\n`;
}
export const hlsAudio = () => hlsVod(RENDITIONS[0].name, 'a');
