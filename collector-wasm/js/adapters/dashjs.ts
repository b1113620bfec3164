// Here lives the adapter for dash.js 4.x and 5.x: renditions as they are shown, requests, keys, live, errors. dash.js is not imported, only described.

import type { Adapter, FailureClass, ObjectType, Rendition, Signals } from '../adapter.ts';
import { calm, onPageClock, undoAll } from './listen.ts';
import { positive, rendered } from './rendered.ts';

/** The part of a dash.js player that is used. */
export interface DashLike {
  on(event: string, listener: (event: never) => void): void;
  off(event: string, listener: (event: never) => void): void;
  getVersion(): string;
  getSource?(): unknown;
  isDynamic(): boolean;
  getBufferLength(type: 'video'): number;
  getCurrentLiveLatency(): number;
  getTargetLiveDelay(): number;
  timeAsUTC(): number;
  /** 5.x */
  getRepresentationsByType?(type: 'video'): readonly Representation[];
  /** 4.x */
  getBitrateInfoListFor?(type: 'video'): readonly BitrateInfo[];
}

interface Representation {
  bandwidth?: number;
  bitrateInKbit?: number;
  width?: number;
  height?: number;
}

interface BitrateInfo {
  bitrate?: number;
  width?: number;
  height?: number;
}

interface Request {
  mediaType?: string;
  type?: string | null;
  url?: string | null;
  duration?: number;
  bytesLoaded?: number;
  bytesTotal?: number;
  startDate?: Date | null;
  firstByteDate?: Date | null;
  endDate?: Date | null;
  requestEndDate?: Date | null;
}

interface Change {
  mediaType?: string;
  newQuality?: number;
  newRepresentation?: Representation;
  reason?: unknown;
}

interface ErrorData {
  error?: { code?: number; message?: string; data?: { request?: Request; response?: { status?: number } } } | string;
}

/** dash.js's error codes in the words of the dictionary: 10–19 and 25–31 are of manifests, 27 and 28 of segments, 100 and more of keys. */
export function failureClass(code: number): FailureClass {
  if (code >= 100 && code < 200) return 'drm';
  if (code === 27 || code === 28 || code === 29 || code === 17 || code === 18) return 'segment';
  if (code === 20 || code === 35) return 'decode';
  if ((code >= 10 && code <= 16) || code === 25 || code === 26 || code === 30 || code === 31) return 'manifest';
  return 'unknown';
}

/** Errors that dash.js tells and plays on: subtitles, clocks, a look at one segment that another will replace. */
const HARMLESS = new Set([15, 16, 17, 18, 19, 21, 22, 29, 30, 32, 33]);

/** dash.js. Give it the player right after `MediaPlayer().create()`, before `initialize` or `attachSource`. */
export function dashjs(player: DashLike): Adapter {
  return {
    player_software: 'dash.js',
    player_software_version: player.getVersion(),
    tellsRenditions: true,
    tellsStream: true,
    buffer_ms() {
      const seconds = player.getBufferLength('video');
      return Number.isFinite(seconds) ? Math.max(0, Math.round(seconds * 1_000)) : undefined;
    },
    live() {
      if (!player.isDynamic()) return undefined;
      const programme = player.timeAsUTC() * 1_000;
      return {
        programme_ms: positive(programme),
        latency_ms: positive(player.getCurrentLiveLatency() * 1_000),
        target_latency_ms: positive(player.getTargetLiveDelay() * 1_000),
      };
    },
    // Before the first frame dash.js seeks to the start it chose, or was given.
    ownsSeek: () => true,
    attach(video, signals) {
      const undo: (() => void)[] = [];
      const on = <Data>(name: string, act: (data: Data) => void): void => {
        const listener = calm(act);
        player.on(name, listener as never);
        undo.push(() => player.off(name, listener as never));
      };
      const ladder = (): Rendition[] =>
        (player.getRepresentationsByType?.('video') ?? []).map(ofRepresentation).concat((player.getBitrateInfoListFor?.('video') ?? []).map(ofBitrateInfo));
      const picture = rendered(video, signals, ladder);
      undo.push(picture.end);
      const meant = ({ newRepresentation, newQuality = -1 }: Change): Rendition | undefined =>
        newRepresentation === undefined ? ladder()[newQuality] : ofRepresentation(newRepresentation);
      let source: unknown = null;
      let ready = false;

      on<{ request?: Request }>('manifestLoadingStarted', () => {
        signals.requestStarted('m');
        const now = player.getSource?.() ?? null;
        if (source !== null && now !== source) signals.sourceChanged();
        source = now;
      });
      on<{ request?: Request }>('manifestLoadingFinished', ({ request }) => finished(signals, 'm', request));
      on('streamInitialized', () => {
        if (!ready) signals.ready();
        ready = true;
        signals.stream(player.isDynamic() ? 'live' : 'vod');
        picture.look();
      });
      on<Change>('qualityChangeRequested', (change) => {
        const selected = change.mediaType === 'video' ? meant(change) : undefined;
        if (selected) signals.renditionSelected(selected, change.reason !== null && change.reason !== undefined);
      });
      on<Change>('qualityChangeRendered', (change) => {
        if (change.mediaType === 'video') picture.said(meant(change));
      });
      on<{ request: Request }>('fragmentLoadingStarted', ({ request }) => signals.requestStarted(objectType(request)));
      on<{ request: Request; error?: unknown }>('fragmentLoadingCompleted', ({ request, error }) => {
        if (error) signals.requestCancelled(objectType(request));
        else finished(signals, objectType(request), request);
      });
      on<{ request: Request }>('fragmentLoadingAbandoned', ({ request }) => signals.requestCancelled(objectType(request)));
      on<{ mediaType?: string; newMediaInfo?: { lang?: string | null } }>('trackChangeRendered', ({ mediaType, newMediaInfo }) => {
        if (mediaType === 'audio') signals.context({ audio_language: newMediaInfo?.lang ?? null });
      });
      on('public_keySystemAccessComplete', () => signals.drmRequested());
      on<{ data?: { keySystem?: { systemString?: string } } }>('public_keySystemSelected', ({ data }) => {
        signals.drmRequested();
        if (data?.keySystem?.systemString) signals.context({ drm_system: data.keySystem.systemString });
      });
      on('public_keySessionUpdated', () => signals.drmUsable());
      on<ErrorData>('error', ({ error }) => {
        if (error === undefined) return;
        if (typeof error === 'string') {
          signals.error({ class: 'unknown', code: error, fatal: true });
          return;
        }
        const { code = 0, message, data } = error;
        const status = data?.response?.status;
        signals.error({
          class: failureClass(code),
          code: String(code),
          message,
          context: status ? `HTTP ${status}` : data?.request?.url?.replace(/[?#].*/, ''),
          fatal: !HARMLESS.has(code),
        });
      });
      return undoAll(undo);
    },
  };
}

/** DASH declares one number for a rung. It is what everybody calls its bitrate, so it is the average; a peak is not declared. */
function ofRepresentation({ bandwidth, bitrateInKbit, width, height }: Representation): Rendition {
  return { bitrate_bps: positive(bandwidth) ?? positive((bitrateInKbit ?? 0) * 1_000), width: positive(width), height: positive(height) };
}

function ofBitrateInfo({ bitrate, width, height }: BitrateInfo): Rendition {
  return { bitrate_bps: positive(bitrate), width: positive(width), height: positive(height) };
}

function objectType({ mediaType, type }: Request): ObjectType {
  if (type === 'InitializationSegment') return 'i';
  return mediaType === 'audio' ? 'a' : mediaType === 'text' ? 'tt' : mediaType === 'muxed' ? 'av' : 'v';
}

function finished(signals: Signals, object_type: ObjectType, request: Request | undefined): void {
  if (request === undefined) return;
  const { startDate, firstByteDate, url, bytesTotal, bytesLoaded, duration } = request;
  const end = request.endDate ?? request.requestEndDate;
  const started_at = startDate ? onPageClock(startDate.getTime()) : performance.now();
  const first = firstByteDate && startDate && firstByteDate > startDate ? onPageClock(firstByteDate.getTime()) : undefined;
  signals.requestFinished({
    object_type,
    bytes: positive(bytesTotal) ?? positive(bytesLoaded) ?? 0,
    started_at,
    first_byte_at: first,
    finished_at: end ? onPageClock(end.getTime()) : performance.now(),
    url: url ?? undefined,
    media_ms: positive((duration ?? 0) * 1_000),
  });
}
