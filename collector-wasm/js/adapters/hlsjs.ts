// Here lives the adapter for hls.js 0.14 and 1.x: renditions as they are shown, requests, errors. hls.js is not imported, only described.

import type { Adapter, FailureClass, ObjectType, PlaybackError, Rendition, Signals } from '../adapter.ts';
import { calm, undoAll } from './listen.ts';
import { positive, rendered } from './rendered.ts';

/** The part of an hls.js instance that is used. */
export interface HlsLike {
  on(event: string, listener: (event: string, data: never) => void): void;
  off(event: string, listener: (event: string, data: never) => void): void;
  levels: readonly HlsLevel[];
  readonly mainForwardBufferInfo?: { len: number } | null;
  readonly autoLevelEnabled?: boolean;
  readonly startPosition?: number;
  readonly liveSyncPosition?: number | null;
}

interface HlsLevel {
  bitrate: number;
  averageBitrate?: number;
  maxBitrate?: number;
  width?: number;
  height?: number;
  attrs?: Record<string, string | undefined>;
}

interface ErrorData {
  type?: string;
  details?: string;
  fatal?: boolean;
  reason?: string;
  error?: { message?: string };
  response?: { code?: number };
  frag?: Frag;
}

interface Frag {
  url?: string;
  type?: string;
  sn?: number | string;
  duration?: number;
  stats?: Stats;
}

interface Loaded {
  frag?: Frag;
  part?: { stats?: Stats } | null;
  stats?: Stats;
}

interface Stats {
  loaded: number;
  aborted?: boolean;
  loading?: { start: number; first: number; end: number };
  /** 0.14 */
  trequest?: number;
  tfirst?: number;
  tload?: number;
}

/** What hls.js's `type` and `details` say in the words of the dictionary. */
export function failureClass(type = '', details = ''): FailureClass {
  const orLate = (failure: FailureClass): FailureClass => (/TimeOut/.test(details) ? 'timeout' : failure);
  if (/^manifest|^level(?!Switch)|TrackLoad/.test(details)) return orLate('manifest');
  if (/^keySystem|^keyLoad|Decrypt/.test(details) || type === 'keySystemError') return 'drm';
  if (/^frag(?!Parsing)/.test(details)) return orLate('segment');
  if (/^buffer(Append|AddCodec|Full)|Parsing|IncompatibleCodecs/.test(details) || type === 'mediaError') return /Stalled|Nudge|SeekOverHole/.test(details) ? 'unknown' : 'decode';
  if (/^asset|^interstitial/i.test(details)) return 'ad';
  return type === 'networkError' ? 'network' : 'unknown';
}

/** hls.js. Give it the instance right after `new Hls()`; the class, too, when the version should be known. */
export function hlsjs(hls: HlsLike, Hls?: { version: string }): Adapter {
  let startedUp = false;
  let live = false;
  return {
    player_software: 'hls.js',
    player_software_version: Hls?.version ?? (hls.constructor as { version?: string }).version,
    tellsRenditions: true,
    tellsStream: true,
    buffer_ms() {
      const info = hls.mainForwardBufferInfo;
      return info ? Math.max(0, Math.round(info.len * 1_000)) : undefined;
    },
    ownsSeek(position_s) {
      // hls.js seeks to where it starts: the live edge, or a start position the page asked for.
      return live || Math.abs(position_s - Math.max(0, hls.startPosition ?? 0)) < 1;
    },
    attach(video, signals) {
      const picture = rendered(video, signals, () => hls.levels.map(rendition));
      let source: string | null = null;
      const undo: (() => void)[] = [];
      undo.push(picture.end);
      const on = <Data>(event: string, act: (data: Data) => void): void => {
        const listener = calm((_event: string, data: never) => act(data as Data));
        hls.on(event, listener);
        undo.push(() => hls.off(event, listener));
      };
      on<{ url: string }>('hlsManifestLoading', ({ url }) => {
        if (source !== null && source !== url) signals.sourceChanged();
        source = url;
      });
      on('hlsManifestParsed', () => {
        if (!startedUp) signals.ready();
        startedUp = true;
        picture.look();
      });
      on<{ details: { live: boolean } }>('hlsLevelLoaded', ({ details }) => {
        live = details.live;
        signals.stream(live ? 'live' : 'vod');
      });
      on<{ level: number }>('hlsLevelSwitching', ({ level }) => {
        const selected = hls.levels[level];
        if (selected) signals.renditionSelected(rendition(selected), hls.autoLevelEnabled !== false);
      });
      on<{ level: number }>('hlsLevelSwitched', ({ level }) => {
        const said = hls.levels[level];
        if (said) picture.said(rendition(said));
      });
      on<Loaded>('hlsFragLoading', ({ frag }) => signals.requestStarted(objectType(frag)));
      on<Loaded>('hlsFragLoaded', ({ frag, part }) => requested(signals, frag, part?.stats ?? frag?.stats));
      on<Loaded>('hlsFragLoadEmergencyAborted', ({ frag }) => signals.requestCancelled(objectType(frag)));
      on<ErrorData>('hlsError', (data) => {
        if (/^frag.*(Load|TimeOut)/.test(data.details ?? '')) signals.requestCancelled(objectType(data.frag));
        // hls.js gives up requests by itself when the viewer seeks: nothing went wrong. And a stall is measured as a stall.
        if (!data.fatal && /aborted$|^buffer(Stalled|Nudge|SeekOverHole)/i.test(data.details ?? '')) return;
        signals.error(playbackError(data));
      });
      on('hlsInterstitialAssetStarted', () => signals.adStarted());
      on('hlsInterstitialsPrimaryResumed', () => signals.adEnded());
      on('hlsDestroying', () => signals.destroyed());
      return undoAll(undo);
    },
  };
}

function rendition({ attrs, averageBitrate, maxBitrate, bitrate, width, height }: HlsLevel): Rendition {
  return {
    bitrate_bps: positive(Number(attrs?.['AVERAGE-BANDWIDTH'])) ?? positive(averageBitrate),
    bitrate_peak_bps: positive(Number(attrs?.BANDWIDTH)) ?? positive(maxBitrate) ?? positive(bitrate),
    width: positive(width),
    height: positive(height),
  };
}

function objectType(frag: Frag | undefined): ObjectType {
  if (frag?.sn === 'initSegment') return 'i';
  return frag?.type === 'audio' ? 'a' : frag?.type === 'subtitle' ? 'c' : 'v';
}

function requested(signals: Signals, frag: Frag | undefined, stats: Stats | undefined): void {
  if (!stats) return;
  const { start, first, end } = stats.loading ?? { start: stats.trequest ?? 0, first: stats.tfirst ?? 0, end: stats.tload ?? 0 };
  signals.requestFinished({
    object_type: objectType(frag),
    bytes: stats.loaded,
    started_at: start,
    first_byte_at: first > start ? first : undefined,
    finished_at: end,
    url: frag?.url,
    media_ms: positive((frag?.duration ?? 0) * 1_000),
  });
}

function playbackError({ type, details, fatal, reason, error, response }: ErrorData): PlaybackError {
  const message = [response?.code ? `HTTP ${response.code}` : '', reason ?? error?.message ?? ''].filter(Boolean).join(', ');
  return { class: failureClass(type, details), code: details ?? type ?? 'unknown', message, fatal: fatal === true };
}
