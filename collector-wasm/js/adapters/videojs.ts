// Here lives the adapter for Video.js 7.x and 8.x, with its own HLS and DASH (VHS): renditions as they are shown, requests, ads, errors.
// Video.js is not imported, only described.

import type { Adapter, FailureClass, Rendition } from '../adapter.ts';
import { calm, onPageClock, undoAll, watch } from './listen.ts';
import { positive, rendered } from './rendered.ts';

/** The part of a Video.js player that is used. */
export interface VideoJsLike {
  on(name: string, listener: (event: never) => void): void;
  off(name: string, listener: (event: never) => void): void;
  ready(act: () => void): void;
  /** With an argument it does not warn. */
  tech(anything: unknown): { vhs?: Vhs; on?(name: string, listener: () => void): void; off?(name: string, listener: () => void): void } | undefined;
  error(): { code: number; message: string; status?: number | null; metadata?: unknown } | null | undefined;
  textTracks(): ArrayLike<TextTrackLike>;
  currentSrc(): string;
  src(...given: never[]): unknown;
}

interface TextTrackLike {
  label?: string;
  activeCues?: ArrayLike<{ value?: Cue }> | null;
  addEventListener?(name: string, listener: () => void): void;
  removeEventListener?(name: string, listener: () => void): void;
}

interface Cue {
  playlist?: string;
  start?: number;
  dateTimeObject?: Date;
}

interface Vhs {
  /** 8.x */
  xhr?: { onRequest?(hook: (options: { requestType?: string }) => unknown): void; onResponse?(hook: (request: VhsRequest, error: unknown, response?: { statusCode?: number; body?: string }) => void): void };
  playlists?: { main?: { playlists: Playlist[] }; master?: { playlists: Playlist[] }; media?(): Playlist | undefined };
  stats?: { mediaBytesTransferred?: number; mediaTransferDuration?: number };
}

interface VhsRequest {
  requestType?: string;
  /** Wall clock. */
  requestTime?: number;
  uri?: string;
}

interface Playlist {
  id?: string;
  endList?: boolean;
  targetDuration?: number;
  attributes?: { BANDWIDTH?: number; 'AVERAGE-BANDWIDTH'?: number | string; RESOLUTION?: { width?: number; height?: number } };
}

/** Video.js. Give it the player that `videojs(…)` returned; the library, too, when the version should be known. Attach to `player.tech(true).el()`, its <video>. */
export function videojs(player: VideoJsLike, library?: { VERSION: string }): Adapter {
  let parsed = false;
  let element: HTMLMediaElement | undefined;
  const vhs = (): Vhs | undefined => player.tech(true)?.vhs;
  const cue = (): Cue | undefined => {
    for (const track of Array.from(player.textTracks())) if (track.label === 'segment-metadata') return track.activeCues?.[0]?.value;
    return undefined;
  };
  const ladder = (): Playlist[] => {
    const { main, master } = vhs()?.playlists ?? {};
    return (main ?? master)?.playlists ?? [];
  };
  return {
    player_software: 'video.js',
    player_software_version: library?.VERSION,
    // A file or the browser's own HLS has no ladder; the picture's size stands for it then.
    get tellsRenditions() {
      return vhs() !== undefined;
    },
    get tellsStream() {
      return vhs() !== undefined;
    },
    live() {
      const media = vhs()?.playlists?.media?.();
      if (media === undefined || media.endList) return undefined;
      const { dateTimeObject, start } = cue() ?? {};
      const at = element?.currentTime ?? 0;
      return {
        programme_ms: dateTimeObject && start !== undefined ? dateTimeObject.getTime() + (at - start) * 1_000 : undefined,
        target_duration_ms: positive((media.targetDuration ?? 0) * 1_000),
      };
    },
    // Before the first frame VHS seeks to the start it chose: the live edge.
    ownsSeek() {
      const media = vhs()?.playlists?.media?.();
      return media !== undefined && !media.endList;
    },
    attach(video, signals) {
      element = video;
      const undo: (() => void)[] = [];
      const on = <Data>(name: string, act: (data: Data) => void): void => {
        const listener = calm(act);
        player.on(name, listener as never);
        undo.push(() => player.off(name, listener as never));
      };
      const picture = rendered(video, signals, () => ladder().map(rendition));
      undo.push(picture.end);

      // The element hears of a source only when VHS is ready for it.
      const loads = calm(() => signals.loading());
      undo.push(
        watch(player, 'src', (src) => function (this: VideoJsLike, ...given: never[]): unknown {
          if (given[0]) loads();
          return src.apply(this, given);
        }),
      );

      let bytes = 0;
      let duration_ms = 0;
      const downloaded = (): void => {
        const { mediaBytesTransferred = 0, mediaTransferDuration = 0 } = vhs()?.stats ?? {};
        const [more, took] = [mediaBytesTransferred - bytes, mediaTransferDuration - duration_ms];
        [bytes, duration_ms] = [mediaBytesTransferred, mediaTransferDuration];
        if (more <= 0) return;
        const finished_at = performance.now();
        signals.requestFinished({ object_type: 'v', bytes: more, started_at: finished_at - Math.max(0, took), finished_at, url: player.currentSrc() });
      };
      const shown = (): void => {
        const id = cue()?.playlist;
        const playlist = ladder().find((candidate) => candidate.id === id);
        if (playlist !== undefined) picture.said(rendition(playlist));
      };
      let track: TextTrackLike | undefined;
      const begin = (): void => {
        const found = Array.from(player.textTracks()).find(({ label }) => label === 'segment-metadata');
        if (found === track) return;
        track = found;
        const changed = calm(shown);
        found?.addEventListener?.('cuechange', changed);
        undo.push(() => found?.removeEventListener?.('cuechange', changed));
      };

      // Before the source is asked for. Segments come with the statistics, which 7.x has as well.
      on('xhr-hooks-ready', () => {
        const { xhr } = vhs() ?? {};
        const isManifest = ({ requestType = '' }: { requestType?: string }): boolean => /playlist|manifest/.test(requestType);
        xhr?.onRequest?.((options) => {
          if (isManifest(options)) signals.requestStarted('m');
          return options;
        });
        xhr?.onResponse?.((request, error, { statusCode = 0, body = '' } = {}) => {
          if (!isManifest(request)) return;
          if (error || statusCode >= 400 || !request.requestTime) signals.requestCancelled('m');
          else {
            signals.requestFinished({
              object_type: 'm',
              bytes: body.length,
              started_at: onPageClock(request.requestTime),
              finished_at: performance.now(),
              url: request.uri,
            });
          }
        });
      });
      player.ready(() => signals.ready());
      on('loadedmetadata', () => {
        begin();
        const media = vhs()?.playlists?.media?.();
        if (media !== undefined) signals.stream(media.endList ? 'vod' : 'live');
        parsed = true;
        picture.look();
      });
      on('loadstart', () => {
        parsed = false;
        [bytes, duration_ms] = [0, 0];
      });
      const tech = player.tech(true);
      const updated = calm(downloaded);
      tech?.on?.('bandwidthupdate', updated);
      undo.push(() => tech?.off?.('bandwidthupdate', updated));
      on('error', () => {
        const error = player.error();
        if (!error) return;
        signals.error({ class: failureClass(error.code, error.message, parsed), code: `MEDIA_ERR_${error.code}`, message: error.message, fatal: true });
      });
      // contrib-ads, and the IMA plugin on top of it.
      on('ads-request', () => signals.adRequested());
      on('ads-ad-started', () => signals.adStarted());
      on('ads-ad-ended', () => signals.adEnded());
      on('adend', () => signals.adEnded());
      on('dispose', () => signals.destroyed());
      return undoAll(undo);
    },
  };
}

/** What Video.js's code says in the words of the dictionary; VHS tells most of what fails as code 2 or 4, before or after its playlist was read. */
export function failureClass(code: number, message: string, parsed: boolean): FailureClass {
  if (code === 5) return 'drm';
  if (code === 3) return 'decode';
  if (/playlist|manifest|DASH/i.test(message) || !parsed) return 'manifest';
  return code === 2 ? 'segment' : 'unknown';
}

function rendition({ attributes = {} }: Playlist): Rendition {
  return {
    bitrate_bps: positive(Number(attributes['AVERAGE-BANDWIDTH'])),
    bitrate_peak_bps: positive(attributes.BANDWIDTH),
    width: positive(attributes.RESOLUTION?.width),
    height: positive(attributes.RESOLUTION?.height),
  };
}
