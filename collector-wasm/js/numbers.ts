// Here lives the contract with the Rust side (collector-wasm/src/numbers.rs): what each number means. Append only; a Rust test compares the two.
// Enums, because esbuild puts their numbers where they are used and leaves the tables out.

/** Events, with the meaning of a, b, c. Negative or NaN is "not known" where the Rust side allows it. */
export enum EVENT {
  TICK = 0,
  PLAY_REQUESTED = 1,
  PLAY_BLOCKED = 2,
  PLAYER_READY = 3,
  FIRST_FRAME = 4,
  PLAYING = 5,
  WAITING = 6,
  PAUSE = 7,
  SEEK_STARTED = 8,
  SEEK_ENDED = 9,
  PLAYBACK_RATE = 10,
  RENDITION = 11,
  DISPLAY_SIZE = 12,
  FRAMES = 13,
  VISIBILITY = 14,
  LIVE = 15,
  REQUEST_STARTED = 16,
  REQUEST_FINISHED = 17,
  REQUEST_CANCELLED = 18,
  AD_STARTED = 19,
  AD_ENDED = 20,
  ENDED = 21,
  QUIT = 22,
  SOURCE_CHANGED = 23,
  DRM_REQUESTED = 24,
  DRM_USABLE = 25,
  AD_REQUESTED = 26,
  PRELOADED = 27,
  RENDITION_SELECTED = 28,
  LIVE_LATENCY = 29,
  ERROR = 30,
  ALREADY_PLAYING = 31,
}

/** Failure classes as `ERROR` takes them. */
export const FAILURE_CLASSES = 'manifest segment drm decode ad network timeout unknown business'.split(' ');

/** Object types as the events of requests take them. */
export const OBJECT_TYPES = 'm i v a av c tt k o'.split(' ');

/** Beacon kinds as the flags and `beacon` number them. */
export enum BEACON { START = 0, FIRST_FRAME = 1, CHANGE = 2, BEAT = 3, HIDE = 4, END = 5 }
