// Here lives the adapter for Shaka Player 4.x and 5.x: renditions as they are shown, its own waiting, requests, keys, live, errors.
// Shaka is not imported, only described.

import type { Adapter, FailureClass, ObjectType, PlaybackError, Rendition } from '../adapter.ts';
import { calm, onPageClock, undoAll, watch } from './listen.ts';
import { positive, rendered } from './rendered.ts';

/** The part of a Shaka player that is used. */
export interface ShakaLike {
  addEventListener(name: string, listener: (event: never) => void): void;
  removeEventListener(name: string, listener: (event: never) => void): void;
  load(...given: never[]): Promise<unknown>;
  isLive(): boolean;
  isBuffering(): boolean;
  getPlaybackRate(): number;
  getVariantTracks(): readonly Track[];
  getPlayheadTimeAsDate(): Date | null;
  getStats(): { liveLatency?: number };
  keySystem(): string;
  getManifestType(): string | null;
}

interface Track {
  active: boolean;
  bandwidth: number;
  videoBandwidth?: number | null;
  width?: number | null;
  height?: number | null;
  language?: string;
  videoCodec?: string | null;
  audioCodec?: string | null;
}

interface Request {
  contentType?: string | null;
  licenseRequestType?: string | null;
  requestStartTime?: number | null;
  timeToFirstByte?: number | null;
}

interface Download {
  /** 5.x */
  requestType?: number;
  request?: Request;
  /** 5.x */
  context?: { type?: number; segment?: { getStartTime?(): number; getEndTime?(): number } };
  response?: { uri?: string; data?: { byteLength: number }; status?: number; timeMs?: number };
}

interface ErrorDetail {
  severity?: number;
  category?: number;
  code?: number;
  message?: string;
  data?: readonly unknown[];
}

/** `shaka.util.Error.Severity.CRITICAL`. */
const CRITICAL = 2;
/** Codes by which Shaka says that something was given up on purpose: LOAD_INTERRUPTED, OPERATION_ABORTED. */
const ON_PURPOSE = new Set([7_000, 7_001]);
/** `RequestType`: MANIFEST, SEGMENT, LICENSE, SERVER_CERTIFICATE, KEY. */
const TYPES: Record<number, ObjectType> = { 0: 'm', 2: 'k', 5: 'k', 6: 'k' };

/** What Shaka's category, code and request say in the words of the dictionary. */
export function failureClass({ category, code, data }: ErrorDetail): FailureClass {
  if (category === 1) {
    // BAD_HTTP_STATUS has its request's type at 4, HTTP_ERROR and TIMEOUT at 1.
    const type = data?.[code === 1_001 ? 4 : 1];
    if (code === 1_003) return 'timeout';
    return type === 0 ? 'manifest' : type === 1 ? 'segment' : type === 2 || type === 5 || type === 6 ? 'drm' : 'network';
  }
  if (category === 3) return 'decode';
  if (category === 4) return 'manifest';
  if (category === 5) return 'segment';
  if (category === 6) return 'drm';
  return category === 10 ? 'ad' : 'unknown';
}

/** Shaka Player. Give it the player before `load()`; the class, too, when the version should be known. */
export function shaka(player: ShakaLike, Player?: { version: string }): Adapter {
  return {
    player_software: 'shaka',
    player_software_version: Player?.version ?? (player.constructor as { version?: string }).version,
    tellsRenditions: true,
    tellsStream: true,
    // It waits by rate 0 on the element.
    playback_rate: () => player.getPlaybackRate(),
    live() {
      if (!player.isLive()) return undefined;
      return { programme_ms: positive(player.getPlayheadTimeAsDate()?.getTime()), latency_ms: positive((player.getStats().liveLatency ?? 0) * 1_000) };
    },
    // Before the first frame Shaka seeks to the start it chose, or was given.
    ownsSeek: () => true,
    attach(video, signals) {
      const undo: (() => void)[] = [];
      const on = <Data>(name: string, act: (data: Data) => void): void => {
        const listener = calm(act);
        player.addEventListener(name, listener as never);
        undo.push(() => player.removeEventListener(name, listener as never));
      };
      const tracks = (): readonly Track[] => player.getVariantTracks();
      // Shaka keeps one number. Of DASH it is the declared bandwidth, the video's where that stands apart; of HLS it is BANDWIDTH, which is the peak.
      const rendition = (track: Track): Rendition => ({
        ...(player.getManifestType() === 'HLS' ? { bitrate_peak_bps: positive(track.bandwidth) } : { bitrate_bps: videoBps(track) }),
        width: positive(track.width),
        height: positive(track.height),
      });
      const picture = rendered(video, signals, () => tracks().map(rendition));
      undo.push(picture.end);
      let loaded = false;
      let selected: Track | undefined;
      const decided = (automatic: boolean): void => {
        const track = tracks().find(({ active }) => active);
        if (track === undefined) return;
        if (selected !== undefined && videoBps(track) !== videoBps(selected)) signals.renditionSelected(rendition(track), automatic);
        selected = track;
        // Not on the screen yet: among rungs of one height this word is early by what was buffered.
        picture.said(rendition(track));
        signals.context({ audio_language: track.language && track.language !== 'und' ? track.language : null, video_codec: track.videoCodec ?? null, audio_codec: track.audioCodec ?? null });
      };
      const failed = (detail: ErrorDetail | undefined, fatal: boolean): void => {
        if (detail?.code === undefined || ON_PURPOSE.has(detail.code)) return;
        signals.error(playbackError(detail, fatal));
      };

      on('loading', () => {
        if (loaded) signals.sourceChanged();
        loaded = true;
      });
      on('loaded', () => {
        signals.ready();
        signals.stream(player.isLive() ? 'live' : 'vod');
        decided(true);
        picture.look();
      });
      on('adaptation', () => decided(true));
      on('variantchanged', () => decided(false));
      on<{ buffering: boolean }>('buffering', ({ buffering }) => signals.buffering(buffering));
      on<Download>('downloadcompleted', ({ requestType, request, context, response }) => {
        if (request === undefined || response === undefined) return;
        const finished_at = performance.now();
        const started_at = request.requestStartTime ? onPageClock(request.requestStartTime) : finished_at - (response.timeMs ?? 0);
        const begin = context?.segment?.getStartTime?.();
        const end = context?.segment?.getEndTime?.();
        signals.requestFinished({
          object_type: objectType(requestType, request, context?.type),
          bytes: response.data?.byteLength ?? 0,
          started_at,
          first_byte_at: request.timeToFirstByte ? started_at + request.timeToFirstByte : undefined,
          finished_at,
          url: response.uri,
          status: response.status,
          media_ms: begin !== undefined && end !== undefined ? positive((end - begin) * 1_000) : undefined,
        });
      });
      on('drmsessionupdate', () => signals.drmUsable());
      on('keystatuschanged', () => {
        signals.drmUsable();
        if (player.keySystem()) signals.context({ drm_system: player.keySystem() });
      });
      const encrypted = (): void => signals.drmRequested();
      video.addEventListener('encrypted', encrypted);
      undo.push(() => video.removeEventListener('encrypted', encrypted));
      on('manifestparsed', () => {
        if (tracks().length === 0) return;
        picture.look();
      });
      on<{ detail?: ErrorDetail }>('error', ({ detail }) => failed(detail, detail?.severity === CRITICAL));

      // A load that fails is told by its promise alone. The page's promise is the player's own.
      undo.push(
        watch(player, 'load', (load) => function (this: ShakaLike, ...given: never[]): Promise<unknown> {
          const promise = load.apply(this, given);
          Promise.resolve(promise).catch((error: ErrorDetail) => failed(error, true));
          return promise;
        }),
      );
      return undoAll(undo);
    },
  };
}

const videoBps = ({ bandwidth, videoBandwidth }: Track): number | undefined => positive(videoBandwidth) ?? positive(bandwidth);

function objectType(requestType: number | undefined, { contentType, licenseRequestType }: Request, advanced: number | undefined): ObjectType {
  const known = requestType === undefined ? undefined : TYPES[requestType];
  if (known !== undefined) return known;
  if (licenseRequestType) return 'k';
  if (!contentType) return requestType === 1 ? 'o' : 'm';
  if (advanced === 0) return 'i';
  return contentType === 'audio' ? 'a' : contentType === 'text' ? 'tt' : 'v';
}

function playbackError(detail: ErrorDetail, fatal: boolean): PlaybackError {
  const { code = 0, message, data } = detail;
  const url = data?.find((part) => typeof part === 'string' && /^https?:/.test(part)) as string | undefined;
  return { class: failureClass(detail), code: String(code), message, context: url?.replace(/[?#].*/, ''), fatal };
}
