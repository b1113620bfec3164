// Here lives what a player's adapter is. The element itself is listened to by video.ts; an adapter adds what only the player knows.
//
// Moments are `performance.now()` in ms: the clock of the page, never the wall's. What a player does not tell is left out, never 0.
// Nothing here may throw into the player: every signal swallows its own failure, and video.ts guards what it asks of an adapter.

import type { Context } from './context.ts';

export type FailureClass = 'manifest' | 'segment' | 'drm' | 'decode' | 'ad' | 'network' | 'timeout' | 'unknown' | 'business';

export interface PlaybackError {
  class: FailureClass;
  /** The player's own code, as it names it. */
  code: string;
  message?: string | undefined;
  /** Where it came from: an `Error.stack`, a URL without its query, an HTTP status. Cut to 512 bytes. */
  context?: string | undefined;
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

/**
 * What a request is for, in the letters of CMCD `ot`: m manifest or playlist, i init segment, v video, a audio, av both muxed,
 * c caption or subtitle, tt timed text in ISOBMFF, k key, licence or certificate, o other.
 */
export type ObjectType = 'm' | 'i' | 'v' | 'a' | 'av' | 'c' | 'tt' | 'k' | 'o';

/** A request that came to its end with an answer. */
export interface FinishedRequest {
  object_type: ObjectType;
  /** Of the body, as received. */
  bytes: number;
  started_at: number;
  /** Left out where the player gives none, or only repeats the start. */
  first_byte_at?: number | undefined;
  finished_at: number;
  /** Whatever the player asked for, absolute or relative to the page. Only its host leaves the page. */
  url?: string | undefined;
  /** HTTP status. */
  status?: number | undefined;
  /** Media in a segment, ms; with its bytes it makes the measured bitrate. */
  media_ms?: number | undefined;
}

/** Where a live stream stands. */
export interface LiveEdge {
  /** Programme date time at the playhead, ms since 1970 on the origin's clock. With it latency is measured against our server's clock. */
  programme_ms?: number | undefined;
  /** The player's own latency, ms. It is believed only where there is no programme date time. */
  latency_ms?: number | undefined;
  /** How far behind the edge the player means to be, ms. */
  target_latency_ms?: number | undefined;
  /** Longest segment, ms: HLS target duration, DASH maximum segment duration. More than three of them behind is DVR. */
  target_duration_ms?: number | undefined;
  /** Newest media there is minus the playhead, ms. Default: the element's `seekable`. */
  edge_ms?: number | undefined;
}

/**
 * What an adapter can say. `at`, where there is one, is when it happened; without it, now.
 *
 * Requests: `requestStarted` as one goes out, then exactly one of `requestFinished` and `requestCancelled` with the same object type.
 * A player that tells only of finished requests calls `requestFinished` alone, for all of them.
 */
export interface Signals {
  /** Another rendition is on the screen: rendered, not decided. */
  rendition(rendition: Rendition): void;
  /** Another rendition was decided on and will be fetched; `automatic` unless the viewer or the page chose it. Not yet on the screen. */
  renditionSelected(rendition: Rendition, automatic: boolean): void;
  /** The player holds playback for lack of data (true) or lets it go (false). A hint for players of which the element says nothing: the playhead decides. */
  buffering(active: boolean): void;
  /** The player was told to load, and asks for nothing yet: where it autoplays, it is waited for from here. */
  loading(): void;
  requestStarted(object_type: ObjectType, at?: number): void;
  requestFinished(request: FinishedRequest): void;
  /** Given up, or failed; the error, if it matters, comes by `error`. */
  requestCancelled(object_type: ObjectType, at?: number): void;
  error(error: PlaybackError): void;
  /** The player can take commands. */
  ready(): void;
  stream(type: 'live' | 'vod'): void;
  /** First request to the key system (EME), `encrypted` at the earliest. */
  drmRequested(at?: number): void;
  /** Keys are usable. The time between the two is DRM's, and part of the startup when it lies in it. */
  drmUsable(at?: number): void;
  /** An ad is being asked for; it is not on the screen yet. */
  adRequested(at?: number): void;
  adStarted(): void;
  /** Over, skipped or failed: content follows, or another `adStarted`. */
  adEnded(): void;
  /** The player was told to play another source. */
  sourceChanged(): void;
  /** The player is gone; nothing more will come from it. */
  destroyed(): void;
  /** What the adapter found out; the page's own word stands above it. Null: off, or none. The CDN comes from the URLs of requests. */
  context(found: Pick<Context, 'cdn' | 'audio_language' | 'subtitle_language' | 'video_codec' | 'audio_codec' | 'drm_system'>): void;
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
  /** Asked once a second while a live stream plays. */
  live?(): LiveEdge | undefined;
  /** The rate the viewer wants, 1 for normal, while the element's is 0: Shaka waits so. Any other is the element's own, which a player may hear of later. */
  playback_rate?(): number | undefined;
  /** Whether a seek before the first frame is the player's own way to its start, not the viewer's. */
  ownsSeek?(position_s: number): boolean;
}
