// Here lives what a player's adapter is. The element itself is listened to by video.ts; an adapter adds what only the player knows.

import type { Context } from './context.ts';

export type FailureClass = 'manifest' | 'segment' | 'drm' | 'decode' | 'ad' | 'network' | 'timeout' | 'unknown' | 'business';

export interface PlaybackError {
  class: FailureClass;
  /** The player's own code, as it names it. */
  code: string;
  message?: string;
  /** Whether playback ended by it. */
  fatal: boolean;
}

/** One rung of the ladder; what is unknown is left out. */
export interface Rendition {
  /** Declared average bandwidth, bit/s. */
  bitrate_bps?: number | undefined;
  /** Declared peak bandwidth, bit/s. */
  bitrate_peak_bps?: number | undefined;
  width?: number | undefined;
  height?: number | undefined;
}

/** What an adapter can say. */
export interface Signals {
  /** Another rendition is on the screen: rendered, not decided. */
  rendition(rendition: Rendition): void;
  requestStarted(): void;
  /** `ttfb_ms` is left out when the player does not tell. */
  requestFinished(request: { bytes: number; ttfb_ms?: number; duration_ms: number }): void;
  requestCancelled(): void;
  error(error: PlaybackError): void;
  /** The player can take commands. */
  ready(): void;
  stream(type: 'live' | 'vod'): void;
  adStarted(): void;
  adEnded(): void;
  /** First key-system request to usable keys. */
  drmLoaded(drm_load_ms: number): void;
  /** The player was told to play another source. */
  sourceChanged(): void;
  /** What the adapter found out; the page's own word stands above it. */
  context(found: Pick<Context, 'cdn'>): void;
}

export interface Adapter {
  readonly player_software: string;
  readonly player_software_version?: string | undefined;
  /** Whether renditions come from `Signals.rendition`; without, the element's picture size stands for them. */
  readonly tellsRenditions?: boolean;
  /** Whether live or on demand comes from `Signals.stream`; without, the element's duration tells. */
  readonly tellsStream?: boolean;
  /** Begins to listen; the answer ends it. */
  attach(video: HTMLMediaElement, signals: Signals): () => void;
  /** Media ahead of the playhead in ms, when the player knows better than the element. */
  buffer_ms?(): number | undefined;
  /** Whether a seek before the first frame is the player's own way to its start, not the viewer's. */
  ownsSeek?(position_s: number): boolean;
}
