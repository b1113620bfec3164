// Here lives the listening to one media element: its events become numbers, with the time at which they happened.
// Nothing is decided here but where an attempt begins; what a signal means lives in the Rust `playback`.

import type { Adapter, FailureClass, ObjectType, PlaybackError, Rendition, Signals } from './adapter.ts';
import { record, type BeginFold, type Recorder } from './attempt.ts';
import { listen } from './adapters/listen.ts';
import { attemptId, happened, type Clock } from './clock.ts';
import type { Context } from './context.ts';
import { EVENT, FAILURE_CLASSES, OBJECT_TYPES } from './numbers.ts';
import { each, quiet, quietly } from './quiet.ts';
import type { Transport } from './transport.ts';

declare const __COLLECTOR_VERSION__: string;

const TICK_MS = 250;
/** A source that comes so soon after the page asked to play is what it asked for. */
const ASKED_MS = 1_000;
/** A seek by less is a player stepping over a gap, not somebody who wants to be elsewhere. */
const GAP_MS = 200;
/** Frame counters and the element's box are read with every fourth tick: both cost a layout or a lock. */
const SLOW_TICKS = 4;

/** Only the first player of a document knows how long the page took. */
let pageLoadTold = false;

export interface Setting {
  clock: Clock;
  transport: Transport;
  module: Promise<BeginFold>;
  adapter: Adapter;
  context: Context;
  /** The browser says Global Privacy Control: no viewer id. */
  optedOut: boolean;
  /** `performance.now()` when the player was constructed. */
  playerConstructedAt: number;
  /** How many attempts each stands for, thousandths; left out for 1. */
  sample_weight_permille?: number | undefined;
}

/** What listens to one element. */
export interface Watch {
  /** What an adapter says, and the page where no adapter can. */
  readonly signals: Signals;
  update(context: Context): void;
  /** The viewer or the page asks to play; `play` may follow later or never. */
  playRequested(autoplay: boolean): void;
  playBlocked(): void;
  destroy(): void;
  /** The latest. */
  attempt(): Recorder | null;
}

export function watch(video: HTMLMediaElement & Partial<HTMLVideoElement>, setting: Setting): Watch {
  const { clock, transport, module, adapter, context: said, optedOut, playerConstructedAt, sample_weight_permille } = setting;
  const now = (): number => clock.now();
  let running: Recorder | null = null;
  let pageContext: Context = { ...said };
  let known: Partial<Record<string, unknown>> = {};
  const undone: (() => void)[] = [];
  let stopTicks: (() => void) | null = null;
  let ticks = 0;
  let begunAt = 0;
  let wasAsked = false;
  /** When the latest attempt ended: what happened before, and is heard of later, begins no other. */
  let overAt = -Infinity;
  /** When a page asked to play that played already. */
  let askedAt = -Infinity;
  let loaded = false;
  /** When the first frame was presented; before it, never. */
  let frameAt = Infinity;
  let frameHandle = 0;
  /** At its end the element goes back to the start by itself when it is played again. */
  let replays = false;
  let autoplayAt: number | null = null;
  let lastPosition_ms = 0;
  let picture: Rendition | null = null;
  let readiness: [number, number] | null = null;
  let isLive = false;
  let signalledLive = false;
  /** When keys were asked for and usable, of this source. */
  let drm: [number?, number?] = [];
  /** What is asked for and has not come, as numbers of object types: an attempt may begin in the midst of it. */
  let requests: number[] = [];
  /** Media of this source came while nobody wanted to play. */
  let preloaded = false;
  /** What this source failed of while nobody wanted to play, and when. */
  let failedBefore: [PlaybackError, number] | null = null;
  /** No attempt of this source has begun. */
  let untried = true;

  /** No attempt is running. */
  const idle = (): boolean => running?.over ?? true;

  const update = (context: Context): void => {
    pageContext = { ...pageContext, ...context, custom: { ...pageContext.custom, ...context.custom } };
    tellContext();
  };

  /** The viewer or the page asks to play; `play` may follow later or never. */
  const playRequested = (autoplay: boolean): void => {
    const t = now();
    if (idle()) begins(t, autoplay, true);
    else {
      askedAt = t;
      signal(EVENT.PLAY_REQUESTED, t, autoplay, visible());
    }
  };

  const playBlocked = (): void => {
    signal(EVENT.PLAY_BLOCKED, now());
  };

  const destroy = (): void => {
    ends(now());
    transport.flush();
    for (const undo of undone.splice(0)) quiet(undo)();
  };

  // The life of an attempt.

  const begins = (t: number, autoplay: boolean, asked: boolean): void => {
    const unix = clock.unix() - (now() - t);
    begunAt = t;
    wasAsked = asked;
    frameAt = Infinity;
    autoplayAt = null;
    signalledLive = false;
    loaded = video.readyState > 0;
    const frameCallback = 'requestVideoFrameCallback' in video;
    const attempt = record(attemptId(unix), { unix: Math.round(unix), t, frameCallback }, module, transport);
    running = attempt;
    const connection = (navigator as { connection?: { effectiveType?: string; downlink?: number; rtt?: number } }).connection;
    attempt.update({
      player_software: adapter.player_software,
      player_software_version: adapter.player_software_version,
      collector_version: __COLLECTOR_VERSION__,
      page_host: location.hostname,
      connection_type: connection?.effectiveType,
      connection_downlink_bps: connection?.downlink === undefined ? undefined : connection.downlink * 1e6,
      connection_rtt_ms: connection?.rtt,
      screen: `${screen.width}x${screen.height}@${Math.round(devicePixelRatio * 100) / 100}`,
      sample_weight_permille,
      language: navigator.language,
      autoplay,
      first_frame_method: frameCallback ? 'frame_callback' : 'playhead_advance',
    });
    find(ways());
    raw(EVENT.PLAY_REQUESTED, t, autoplay, visible());
    if (readiness) {
      raw(EVENT.PLAYER_READY, t, ...readiness);
      readiness = null;
    }
    if (rate() !== 1) raw(EVENT.PLAYBACK_RATE, t, rate() * 1_000);
    const [keysAsked, keysUsable] = drm;
    if (keysAsked !== undefined) raw(EVENT.DRM_REQUESTED, keysAsked);
    if (keysUsable !== undefined) raw(EVENT.DRM_USABLE, keysUsable);
    if (preloaded) raw(EVENT.PRELOADED, t);
    for (const request of requests) raw(EVENT.REQUEST_STARTED, t, request);
    if (picture && loaded) shown(picture, t);
    sized(t);
    displayed(t);
    frames(t);
    tellLive(t);
    awaitFrame();
    stopTicks?.();
    untried = false;
    if (failedBefore) erred(failedBefore[0], t);
    if (attempt.over) return;
    stopTicks = clock.every(TICK_MS, quiet(tick));
  };

  const ends = (t: number): void => {
    if (idle()) return;
    signal(EVENT.QUIT, t);
    rest();
  };

  const rest = (): void => {
    stopTicks?.();
    stopTicks = null;
    video.cancelVideoFrameCallback?.(frameHandle);
  };

  const played = (t: number): void => {
    // Told once: it stays so until another source comes.
    if (failedBefore && running) return;
    if (idle()) {
      if (t < overAt) return;
      // A play with everything loaded, after autoplay was seen coming, is that autoplay; its intent was the load.
      const autoplay = autoplayAt !== null && video.readyState >= 4;
      begins(autoplay ? autoplayAt! : t, autoplay, false);
    } else {
      signal(EVENT.PLAY_REQUESTED, t, 0, visible());
      // A picture that came before is a poster, though its callback comes after.
      begunAt = t;
      if (!frameSeen()) awaitFrame();
    }
  };

  /** Autoplay is intent while the page is visible. Where the browser will surely allow it the attempt begins now, else when `play` comes. */
  const autoplays = (t: number, loads = false): void => {
    if (!video.autoplay || !video.paused || video.ended || !visible() || !idle()) return;
    // EMPTY and NO_SOURCE; but a player fetches before the element has anything to load.
    if (!loads && video.networkState % 3 === 0) return;
    if (running && video.currentTime > 0) return;
    autoplayAt ??= t;
    const activation = (navigator as { userActivation?: { hasBeenActive: boolean } }).userActivation;
    if (video.muted || activation?.hasBeenActive) begins(autoplayAt, true, false);
  };

  const autoplayRefused = (t: number): void => {
    if (!video.autoplay) return;
    clock.after(
      TICK_MS,
      quiet(() => {
        if (!video.paused || video.ended) return;
        autoplayAt = null;
        if (!frameSeen()) raw(EVENT.PLAY_BLOCKED, Math.max(t, now()));
      }),
    );
  };

  const emptied = (t: number): void => {
    loaded = false;
    picture = null;
    lastPosition_ms = 0;
    autoplayAt = null;
    drm = [];
    preloaded = false;
    replays = false;
    const follows = video.hasAttribute('src') || video.srcObject || video.querySelector('source') !== null;
    another(follows ? EVENT.SOURCE_CHANGED : EVENT.QUIT, t);
  };

  /** Another source, or none: nothing of the one before is its. */
  const another = (kind: number, t: number): void => {
    requests = [];
    // The element empties for what comes next, and says so late: by then that may have failed.
    if (failedBefore && t > failedBefore[1]) failedBefore = null;
    untried = true;
    // The page asked first and loads now: this is the attempt's own source coming, not another's.
    if (idle() || (wasAsked && !loadedSinceBegin())) return;
    raw(kind, t);
    // Who asked to play and changed the source in one breath asked for the new one.
    if (t - askedAt > ASKED_MS) return;
    picture = null;
    begins(askedAt, false, true);
    loaded = false;
    askedAt = -Infinity;
  };

  /** A seek that nobody asked for: on the way to the first frame, though its event may be dispatched after it, or back to the start. */
  const seeksItself = (t: number): boolean => replays || (t <= frameAt && !!adapter.ownsSeek?.(video.currentTime));

  const frameSeen = (): boolean => frameAt < Infinity;

  const rate = (): number => video.playbackRate || (adapter.playback_rate?.() ?? 0);

  const loadedSinceBegin = (): boolean => frameSeen() || loaded;

  // Signals.

  /** Sends an event as it is. */
  const raw = (kind: number, t: number, ...numbers: (number | boolean)[]): void => {
    worded(kind, t, numbers);
  };

  const worded = (kind: number, t: number, numbers: readonly (number | boolean)[], texts?: readonly unknown[]): void => {
    if (idle()) return;
    running!.event(kind, t, numbers, texts);
    if (idle()) {
      overAt = t;
      rest();
    }
  };

  /** Sends an event after a sample of the same moment, so that the fold knows where the playhead stood. */
  const signal = (kind: number, t: number, ...numbers: (number | boolean)[]): void => {
    look(t);
    raw(kind, t, ...numbers);
  };

  /** The player's word comes before the sample: in it the playhead may have jumped, the clock of the sound catching up. */
  const playing = (t: number): void => {
    raw(EVENT.PLAYING, t);
    look(t);
  };

  const look = (t: number): void => {
    sample(t);
    frames(t);
  };

  const erred = ({ class: failure, code, message, context, fatal }: PlaybackError, t: number): void => {
    look(t);
    const number = FAILURE_CLASSES.indexOf(failure);
    worded(EVENT.ERROR, t, [number < 0 ? 7 : number, !!fatal], [code, message, context]);
  };

  const requestOver = (object_type: ObjectType): void => {
    const open = requests.indexOf(typeNumber(object_type));
    if (open >= 0) requests.splice(open, 1);
  };

  const tick = (): void => {
    const t = now();
    if (idle()) {
      rest();
      return;
    }
    ticks += 1;
    const slow = ticks % SLOW_TICKS === 0;
    if (slow) {
      frames(t);
      // Once is for the whole attempt.
      for (const [way, now] of Object.entries(ways())) if (now && !known[way]) find({ [way]: now });
    }
    sample(t);
    if (slow && isLive) measureLatency(t);
  };

  /** How far behind live the picture is, and whether that is where the player means to be. */
  const measureLatency = (t: number): void => {
    const { seekable } = video;
    const { programme_ms, latency_ms, target_latency_ms = 0, target_duration_ms, edge_ms } = adapter.live?.() ?? {};
    const edge = edge_ms ?? (seekable.length > 0 ? (seekable.end(seekable.length - 1) - video.currentTime) * 1_000 : 0);
    const dvr = target_duration_ms !== undefined && (latency_ms ?? edge) - target_latency_ms > 3 * target_duration_ms;
    // Where there is a programme date time, our server's clock is waited for: two clocks would make one number of two.
    const offset = transport.serverOffset_ms();
    const latency = programme_ms === undefined ? latency_ms : offset === null ? undefined : clock.unix() + offset - programme_ms;
    raw(EVENT.LIVE_LATENCY, t, latency ?? -1, dvr);
    if (latency !== undefined) find({ latency_source: programme_ms === undefined ? 'player' : 'programme_time' });
  };

  /** How it is shown and heard. */
  const ways = (): Record<string, boolean> => {
    const { remote, webkitPresentationMode = '', webkitCurrentPlaybackTargetIsWireless } = video as { remote?: { state: string }; webkitPresentationMode?: string; webkitCurrentPlaybackTargetIsWireless?: boolean };
    const { fullscreenElement, pictureInPictureElement } = video.getRootNode() as Document;
    return {
      muted: video.muted || !video.volume,
      fullscreen: webkitPresentationMode === 'fullscreen' || !!fullscreenElement?.contains(video),
      pip: webkitPresentationMode[0] === 'p' || pictureInPictureElement === video,
      casting: !!webkitCurrentPlaybackTargetIsWireless || remote?.state === 'connected',
    };
  };

  const find = (found: Record<string, unknown>): void => {
    Object.assign(known, found);
    tellContext();
  };

  const sample = (t: number, position_ms = video.seeking ? -1 : place_ms()): void => {
    // While seeking the position is a wish; the clock alone is read.
    if (position_ms < 0) {
      raw(-1, t);
      return;
    }
    lastPosition_ms = position_ms;
    const buffer_ms = adapter.buffer_ms?.() ?? ahead_ms();
    raw(EVENT.TICK, t, position_ms, buffer_ms);
  };

  const place_ms = (): number => Math.max(0, Math.round(video.currentTime * 1_000));

  /** Where it was sought from, by what was played: the position is a wish by then. Where more was played before, the fold knows better. */
  const playedTo_ms = (): number => {
    const last_ms = lastPosition_ms;
    return Math.max(last_ms, Math.round(endOf(video.played, last_ms / 1_000) * 1_000));
  };

  const ahead_ms = (): number => {
    const { buffered, currentTime } = video;
    const left_ms = Math.round((endOf(buffered, currentTime) - currentTime) * 1_000);
    return left_ms >= 0 ? left_ms : loaded ? 0 : -1;
  };

  const frames = (t: number): void => {
    const quality = video.getVideoPlaybackQuality?.();
    if (quality) raw(EVENT.FRAMES, t, quality.totalVideoFrames, quality.droppedVideoFrames);
  };

  /** The first callback after intent; one before is a poster frame of a preloaded video. */
  const awaitFrame = (): void => {
    if (!video.requestVideoFrameCallback) return;
    video.cancelVideoFrameCallback?.(frameHandle);
    const attempt = running;
    frameHandle = video.requestVideoFrameCallback(
      quiet((now: number, metadata: { presentationTime?: number }) => {
        if (attempt !== running || idle()) return;
        const shown = metadata?.presentationTime ?? 0;
        const t = shown > 0 && shown <= now + 100 ? shown : now;
        if (t < begunAt || video.paused) {
          if (!video.paused) awaitFrame();
          return;
        }
        frameAt = t;
        attempt!.frameByCallback = true;
        raw(EVENT.FIRST_FRAME, t);
      }),
    );
  };

  const sized = (t: number): void => {
    const { videoWidth = 0, videoHeight = 0 } = video;
    if (adapter.tellsRenditions || videoWidth === 0) return;
    shown({ width: videoWidth, height: videoHeight }, t);
  };

  const shown = (rendition: Rendition, t: number): void => {
    picture = rendition;
    const { bitrate_bps = -1, bitrate_peak_bps = -1, width = 0, height = 0 } = rendition;
    raw(EVENT.RENDITION, t, bitrate_bps, bitrate_peak_bps, Math.min(width, 0xffff) * 65_536 + Math.min(height, 0xffff));
  };

  const displayed = (t: number): void => {
    const { clientWidth, clientHeight } = video;
    if (clientWidth > 0) raw(EVENT.DISPLAY_SIZE, t, clientWidth, clientHeight, devicePixelRatio * 1_000);
  };

  const measured = (): void => {
    const { duration } = video;
    if (isNaN(duration)) return;
    known.video_duration_ms = duration === Infinity ? undefined : Math.min(duration * 1_000, 0xffff_ffff);
    if (!adapter.tellsStream) {
      isLive = duration === Infinity;
      known.stream_type = isLive ? 'live' : 'vod';
    }
    if (adapter.player_software === 'html5') {
      const { currentSrc } = video;
      if (/^https?:/.test(currentSrc)) known.cdn = new URL(currentSrc).hostname;
    }
    tellContext();
    tellLive(now());
  };

  const tellLive = (t: number): void => {
    if (!isLive || signalledLive || idle()) return;
    signalledLive = true;
    raw(EVENT.LIVE, t);
  };

  const tellContext = (): void => {
    const said = Object.fromEntries(Object.entries(pageContext).filter(([, value]) => value !== undefined && value !== null));
    // The server drops it as well; what need not be sent is not.
    if (optedOut) delete said.viewer_id;
    running?.update({ ...known, ...said });
  };

  /** The element's own error; players with MediaSource rarely set one. */
  const failed = (error: MediaError | null): void => {
    if (!error) return;
    const classes: Record<number, FailureClass> = { 2: 'network', 3: 'decode' };
    const source = error.code === 4 && adapter.player_software === 'html5' && !loaded ? 'manifest' : undefined;
    signals.error({ class: source ?? classes[error.code] ?? 'unknown', code: `MEDIA_ERR_${error.code}`, message: error.message, fatal: error.code !== 1 });
  };

  const signals = quietly<Signals>({
    rendition: (rendition) => {
      sample(now());
      shown(rendition, now());
    },
    renditionSelected: (_rendition, automatic) => raw(EVENT.RENDITION_SELECTED, now(), automatic),
    buffering: (active) => {
      if (active) signal(EVENT.WAITING, now());
      // A player that has its data again need not play.
      else if (!video.paused) playing(now());
    },
    loading: () => autoplays(now(), true),
    requestStarted: (object_type, at = now()) => {
      autoplays(at, true);
      requests.push(typeNumber(object_type));
      raw(EVENT.REQUEST_STARTED, at, typeNumber(object_type));
    },
    requestFinished: (request) => {
      const { object_type, bytes, started_at, first_byte_at = -1, finished_at, url, media_ms = -1 } = request;
      requestOver(object_type);
      const media = /^[av]/.test(object_type);
      if (idle()) preloaded ||= media;
      const ttfb_ms = first_byte_at > started_at ? first_byte_at - started_at : -1;
      const { protocol, hostname } = new URL(url ?? 'none:', location.href);
      const host = /^http/.test(protocol) ? hostname : '';
      worded(EVENT.REQUEST_FINISHED, finished_at, [typeNumber(object_type), bytes, ttfb_ms, finished_at - started_at, media_ms], [host]);
      // The host of the picture, not that of a manifest or a separate sound track.
      if (host && /v/.test(object_type)) find({ cdn: host });
    },
    requestCancelled: (object_type, at = now()) => {
      requestOver(object_type);
      raw(EVENT.REQUEST_CANCELLED, at, typeNumber(object_type));
    },
    error: (error) => {
      // Nobody wants to play it yet; whoever does meets it at once.
      if (error.fatal && untried && idle()) failedBefore = [error, now()];
      erred(error, now());
    },
    ready: () => {
      const page_load_ms = pageLoadTold ? -1 : playerConstructedAt;
      pageLoadTold = true;
      const ready: [number, number] = [now() - playerConstructedAt, page_load_ms];
      if (!running) readiness = ready;
      else raw(EVENT.PLAYER_READY, now(), ...ready);
    },
    stream: (type) => {
      isLive = type === 'live';
      find({ stream_type: type });
      tellLive(now());
    },
    adStarted: () => signal(EVENT.AD_STARTED, now()),
    adEnded: () => {
      signal(EVENT.AD_ENDED, now());
      awaitFrame();
    },
    drmRequested: (at = now()) => {
      drm[0] ??= at;
      raw(EVENT.DRM_REQUESTED, at);
    },
    drmUsable: (at = now()) => {
      drm[1] ??= at;
      raw(EVENT.DRM_USABLE, at);
    },
    adRequested: (at = now()) => raw(EVENT.AD_REQUESTED, at),
    sourceChanged: () => another(EVENT.SOURCE_CHANGED, now()),
    destroyed: destroy,
    context: find,
  });

  const on = (target: EventTarget, acts: Record<string, (t: number, event: Event) => void>): void => {
    undone.push(listen(target, each(acts, (act) => quiet((event: Event) => act(happened(event, now()), event)))));
  };

  on(video, {
    play: played,
    playing,
    waiting(t) {
      // It may be dispatched after the frame that it waited for.
      if (!frameSeen() || t > frameAt) signal(EVENT.WAITING, t);
    },
    pause(t) {
      // Just before `ended` the element pauses by itself.
      if (!video.ended) signal(EVENT.PAUSE, t);
    },
    ended(t) {
      replays = true;
      signal(EVENT.ENDED, t);
    },
    seeking(t) {
      const left_ms = playedTo_ms();
      const to_ms = place_ms();
      if (seeksItself(t)) return;
      // From where it was, or from where it arrived just now, a place that may have been played further before.
      const from_ms = [left_ms, lastPosition_ms].find((from_ms) => Math.abs(to_ms - from_ms) < GAP_MS);
      if (from_ms === undefined) raw(EVENT.SEEK_STARTED, t, left_ms);
      else {
        // It played up to the step, and nothing of the step: a stall goes on from there.
        sample(t, from_ms);
        raw(EVENT.SEEK_ENDED, t, to_ms);
      }
    },
    seeked(t) {
      const own = seeksItself(t);
      replays = false;
      lastPosition_ms = place_ms();
      if (!own) raw(EVENT.SEEK_ENDED, t, lastPosition_ms);
    },
    ratechange: (t) => signal(EVENT.PLAYBACK_RATE, t, rate() * 1_000),
    resize: sized,
    durationchange: measured,
    loadstart: (t) => autoplays(t),
    loadedmetadata(t) {
      loaded = true;
      autoplays(t);
      measured();
      sized(t);
    },
    canplaythrough: autoplayRefused,
    emptied,
    error: () => failed(video.error),
  });
  on(document, {
    visibilitychange(t) {
      signal(EVENT.VISIBILITY, t, !visible());
      if (visible()) autoplays(t);
      else {
        running?.hide(t);
        transport.flush();
      }
    },
  });
  on(window, {
    // Before `visibilitychange` in some browsers, after it in others, alone in yet others. Never `unload`: it forbids the back/forward cache.
    pagehide(t) {
      ends(t);
      transport.flush();
    },
    pageshow(t, event) {
      if ((event as PageTransitionEvent).persisted && !video.paused) played(t);
    },
    online: () => transport.wake(),
  });

  if (typeof ResizeObserver === 'function') {
    const observer = new ResizeObserver(quiet(() => displayed(now())));
    observer.observe(video);
    undone.push(() => observer.disconnect());
  }
  undone.push(adapter.attach(video, signals));

  const begun = now();
  loaded = video.readyState > 0;
  measured();
  // Attached to a playing element: the intent was earlier, but nobody saw it. It counts from now, without a startup.
  if (!video.paused && !video.ended) {
    played(begun);
    if (video.readyState > 2 && video.played.length > 0) {
      frameAt = begun;
      raw(EVENT.ALREADY_PLAYING, begun);
      sample(begun);
    }
  } else autoplays(begun);
  return { signals, update, playRequested, playBlocked, destroy, attempt: () => running };
}
/** Where the range that holds a place ends, s; -1 where none does. Ranges begin up to a tenth of a second late; players jump such holes. */
function endOf(ranges: TimeRanges, at: number): number {
  for (let index = 0; index < ranges.length; index++) {
    if (ranges.start(index) - 0.1 <= at && at <= ranges.end(index)) return ranges.end(index);
  }
  return -1;
}

function typeNumber(object_type: ObjectType): number {
  return OBJECT_TYPES.indexOf(object_type);
}

function visible(): boolean {
  return document.visibilityState !== 'hidden';
}
