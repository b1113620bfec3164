// Here lives the listening to one media element: its events become numbers, with the time at which they happened.
// Nothing is decided here but where an attempt begins; what a signal means lives in the Rust `playback`.

import type { Adapter, ObjectType, PlaybackError, Rendition, Signals } from './adapter.ts';
import { Recorder, type FoldClass } from './attempt.ts';
import { attemptId, happened, type Clock } from './clock.ts';
import type { Context } from './context.ts';
import { EVENT, FAILURE_CLASSES, OBJECT_TYPES } from './numbers.ts';
import { quiet, quietly } from './quiet.ts';
import type { Transport } from './transport.ts';

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
  module: Promise<FoldClass>;
  adapter: Adapter;
  context: Context;
  /** The browser says Global Privacy Control: no viewer id. */
  optedOut: boolean;
  collector_version: string;
  /** `performance.now()` when the player was constructed. */
  playerConstructedAt: number;
  /** How many attempts each stands for, thousandths; left out for 1. */
  sample_weight_permille?: number | undefined;
}

export class Watch {
  #attempt: Recorder | null = null;
  #context: Context;
  #found: Partial<Record<string, unknown>> = {};
  readonly #undo: (() => void)[] = [];
  #stopTicks: (() => void) | null = null;
  #ticks = 0;
  #begunAt = 0;
  #asked = false;
  /** When the latest attempt ended: what happened before, and is heard of later, begins no other. */
  #overAt = -Infinity;
  /** When a page asked to play that played already. */
  #askedAt = -Infinity;
  #loaded = false;
  /** When the first frame was presented; before it, never. */
  #frameAt = Infinity;
  #frameHandle = 0;
  /** At its end the element goes back to the start by itself when it is played again. */
  #replays = false;
  #autoplayAt: number | null = null;
  #lastPosition_ms = 0;
  #rendition: Rendition | null = null;
  #ready: [number, number] | null = null;
  #live = false;
  #signalledLive = false;
  /** When keys were asked for and usable, of this source. */
  #drm: [number?, number?] = [];
  /** What is asked for and has not come, as numbers of object types: an attempt may begin in the midst of it. */
  #requests: number[] = [];
  /** Media of this source came while nobody wanted to play. */
  #preloaded = false;
  /** What this source failed of while nobody wanted to play, and when. */
  #failure: [PlaybackError, number] | null = null;
  /** No attempt of this source has begun. */
  #untried = true;
  /** What an adapter says, and the page where no adapter can. */
  readonly signals: Signals;
  readonly #video: HTMLMediaElement;
  readonly #setting: Setting;

  constructor(
    video: HTMLMediaElement,
    setting: Setting,
  ) {
    this.#video = video;
    this.#setting = setting;
    this.#context = { ...setting.context };
    this.signals = this.#makeSignals();
    const { clock, adapter } = setting;
    const on = (target: EventTarget, name: string, act: (t: number, event: Event) => void): void => {
      const listener = quiet((event: Event) => act(happened(event, clock.now()), event));
      target.addEventListener(name, listener);
      this.#undo.push(() => target.removeEventListener(name, listener));
    };

    on(video, 'play', (t) => this.#played(t));
    on(video, 'playing', (t) => this.#playing(t));
    on(video, 'waiting', (t) => {
      // It may be dispatched after the frame that it waited for.
      if (!this.#frameSeen || t > this.#frameAt) this.#signal(EVENT.WAITING, t);
    });
    on(video, 'pause', (t) => {
      // Just before `ended` the element pauses by itself.
      if (!video.ended) this.#signal(EVENT.PAUSE, t);
    });
    on(video, 'ended', (t) => {
      this.#replays = true;
      this.#signal(EVENT.ENDED, t);
    });
    on(video, 'seeking', (t) => {
      const left_ms = this.#left_ms();
      const to_ms = this.#position_ms();
      if (this.#seeksItself(t)) return;
      // From where it was, or from where it arrived just now, a place that may have been played further before.
      const from_ms = [left_ms, this.#lastPosition_ms].find((from_ms) => Math.abs(to_ms - from_ms) < GAP_MS);
      if (from_ms === undefined) this.#raw(EVENT.SEEK_STARTED, t, left_ms);
      else {
        // It played up to the step, and nothing of the step: a stall goes on from there.
        this.#sample(t, from_ms);
        this.#raw(EVENT.SEEK_ENDED, t, to_ms);
      }
    });
    on(video, 'seeked', (t) => {
      const own = this.#seeksItself(t);
      this.#replays = false;
      this.#lastPosition_ms = this.#position_ms();
      if (!own) this.#raw(EVENT.SEEK_ENDED, t, this.#lastPosition_ms);
    });
    on(video, 'ratechange', (t) => this.#signal(EVENT.PLAYBACK_RATE, t, this.#rate * 1_000));
    on(video, 'resize', (t) => this.#sized(t));
    on(video, 'durationchange', () => this.#measured());
    on(video, 'loadstart', (t) => this.#autoplays(t));
    on(video, 'loadedmetadata', (t) => {
      this.#loaded = true;
      this.#autoplays(t);
      this.#measured();
      this.#sized(t);
    });
    on(video, 'canplaythrough', (t) => this.#autoplayRefused(t));
    on(video, 'emptied', (t) => this.#emptied(t));
    on(video, 'error', () => this.#failed(video.error));
    on(document, 'visibilitychange', (t) => {
      const hidden = document.visibilityState === 'hidden';
      this.#signal(EVENT.VISIBILITY, t, Number(hidden));
      if (hidden) {
        this.#attempt?.hide(t);
        setting.transport.flush();
      } else this.#autoplays(t);
    });
    // Before `visibilitychange` in some browsers, after it in others, alone in yet others. Never `unload`: it forbids the back/forward cache.
    on(window, 'pagehide', (t) => {
      this.#end(t);
      setting.transport.flush();
    });
    on(window, 'pageshow', (t, event) => {
      if ((event as PageTransitionEvent).persisted && !video.paused) this.#played(t);
    });
    on(window, 'online', () => setting.transport.wake());

    if (typeof ResizeObserver === 'function') {
      const observer = new ResizeObserver(quiet(() => this.#displayed(clock.now())));
      observer.observe(video);
      this.#undo.push(() => observer.disconnect());
    }
    this.#undo.push(adapter.attach(video, this.signals));

    const now = clock.now();
    this.#loaded = video.readyState > 0;
    this.#measured();
    // Attached to a playing element: the intent was earlier, but nobody saw it. It counts from now, without a startup.
    if (!video.paused && !video.ended) {
      this.#played(now);
      if (video.readyState > 2 && video.played.length > 0) {
        this.#frameAt = now;
        this.#raw(EVENT.ALREADY_PLAYING, now);
        this.#sample(now);
      }
    } else this.#autoplays(now);
  }

  /** No attempt is running. */
  get #idle(): boolean {
    return this.#attempt?.over ?? true;
  }

  get attempt(): Recorder | null {
    return this.#attempt;
  }

  update(context: Context): void {
    this.#context = { ...this.#context, ...context, custom: { ...this.#context.custom, ...context.custom } };
    this.#tellContext();
  }

  /** The viewer or the page asks to play; `play` may follow later or never. */
  playRequested(autoplay: boolean): void {
    const t = this.#setting.clock.now();
    if (this.#idle) this.#begin(t, autoplay, true);
    else {
      this.#askedAt = t;
      this.#signal(EVENT.PLAY_REQUESTED, t, Number(autoplay), Number(visible()));
    }
  }

  playBlocked(): void {
    this.#signal(EVENT.PLAY_BLOCKED, this.#setting.clock.now());
  }

  destroy(): void {
    this.#end(this.#setting.clock.now());
    this.#setting.transport.flush();
    for (const undo of this.#undo.splice(0)) quiet(undo)();
  }

  // The life of an attempt.

  #begin(t: number, autoplay: boolean, asked: boolean): void {
    const { clock, module, transport, adapter, collector_version } = this.#setting;
    const now = clock.now();
    const unix = clock.unix() - (now - t);
    this.#begunAt = t;
    this.#asked = asked;
    this.#frameAt = Infinity;
    this.#autoplayAt = null;
    this.#signalledLive = false;
    this.#loaded = this.#video.readyState > 0;
    const frameCallback = 'requestVideoFrameCallback' in this.#video;
    const attempt = new Recorder(attemptId(unix), { unix: Math.round(unix), t, frameCallback }, module, transport);
    this.#attempt = attempt;
    const connection = (navigator as { connection?: { effectiveType?: string; downlink?: number; rtt?: number } }).connection;
    attempt.update({
      player_software: adapter.player_software,
      player_software_version: adapter.player_software_version,
      collector_version,
      page_host: location.hostname,
      connection_type: connection?.effectiveType,
      connection_downlink_bps: connection?.downlink === undefined ? undefined : connection.downlink * 1e6,
      connection_rtt_ms: connection?.rtt,
      screen: `${screen.width}x${screen.height}@${Math.round(devicePixelRatio * 100) / 100}`,
      sample_weight_permille: this.#setting.sample_weight_permille,
      language: navigator.language,
      autoplay,
      first_frame_method: frameCallback ? 'frame_callback' : 'playhead_advance',
    });
    this.#find(this.#ways());
    this.#raw(EVENT.PLAY_REQUESTED, t, Number(autoplay), Number(visible()));
    if (this.#ready !== null) {
      this.#raw(EVENT.PLAYER_READY, t, ...this.#ready);
      this.#ready = null;
    }
    if (this.#rate !== 1) this.#raw(EVENT.PLAYBACK_RATE, t, this.#rate * 1_000);
    const [keysAsked, keysUsable] = this.#drm;
    if (keysAsked !== undefined) this.#raw(EVENT.DRM_REQUESTED, keysAsked);
    if (keysUsable !== undefined) this.#raw(EVENT.DRM_USABLE, keysUsable);
    if (this.#preloaded) this.#raw(EVENT.PRELOADED, t);
    for (const request of this.#requests) this.#raw(EVENT.REQUEST_STARTED, t, request);
    if (this.#rendition !== null && this.#loaded) this.#shown(this.#rendition, t);
    this.#sized(t);
    this.#displayed(t);
    this.#frames(t);
    this.#tellLive(t);
    this.#awaitFrame();
    this.#stopTicks?.();
    this.#untried = false;
    if (this.#failure !== null) this.#erred(this.#failure[0], t);
    if (attempt.over) return;
    this.#stopTicks = clock.every(TICK_MS, quiet(() => this.#tick()));
  }

  #end(t: number): void {
    if (this.#idle) return;
    this.#signal(EVENT.QUIT, t);
    this.#rest();
  }

  #rest(): void {
    this.#stopTicks?.();
    this.#stopTicks = null;
    const video = this.#video as Partial<HTMLVideoElement>;
    video.cancelVideoFrameCallback?.(this.#frameHandle);
  }

  #played(t: number): void {
    // Told once: it stays so until another source comes.
    if (this.#failure !== null && this.#attempt !== null) return;
    if (this.#idle) {
      if (t < this.#overAt) return;
      // A play with everything loaded, after autoplay was seen coming, is that autoplay; its intent was the load.
      const autoplay = this.#autoplayAt !== null && this.#video.readyState >= 4;
      this.#begin(autoplay ? this.#autoplayAt! : t, autoplay, false);
    } else {
      this.#signal(EVENT.PLAY_REQUESTED, t, 0, Number(visible()));
      // A picture that came before is a poster, though its callback comes after.
      this.#begunAt = t;
      if (!this.#frameSeen) this.#awaitFrame();
    }
  }

  /** Autoplay is intent while the page is visible. Where the browser will surely allow it the attempt begins now, else when `play` comes. */
  #autoplays(t: number, loads = false): void {
    const video = this.#video;
    if (!video.autoplay || !video.paused || video.ended || !visible() || !this.#idle) return;
    // EMPTY and NO_SOURCE; but a player fetches before the element has anything to load.
    if (!loads && video.networkState % 3 === 0) return;
    if (this.#attempt !== null && video.currentTime > 0) return;
    this.#autoplayAt ??= t;
    const activation = (navigator as { userActivation?: { hasBeenActive: boolean } }).userActivation;
    if (video.muted || activation?.hasBeenActive) this.#begin(this.#autoplayAt, true, false);
  }

  #autoplayRefused(t: number): void {
    if (!this.#video.autoplay) return;
    this.#setting.clock.after(
      TICK_MS,
      quiet(() => {
        if (!this.#video.paused || this.#video.ended) return;
        this.#autoplayAt = null;
        if (!this.#frameSeen) this.#raw(EVENT.PLAY_BLOCKED, Math.max(t, this.#setting.clock.now()));
      }),
    );
  }

  #emptied(t: number): void {
    this.#loaded = false;
    this.#rendition = null;
    this.#lastPosition_ms = 0;
    this.#autoplayAt = null;
    this.#drm = [];
    this.#preloaded = false;
    this.#replays = false;
    const video = this.#video;
    const another = video.hasAttribute('src') || video.srcObject || video.querySelector('source') !== null;
    this.#another(another ? EVENT.SOURCE_CHANGED : EVENT.QUIT, t);
  }

  /** Another source, or none: nothing of the one before is its. */
  #another(kind: number, t: number): void {
    this.#requests = [];
    // The element empties for what comes next, and says so late: by then that may have failed.
    if (this.#failure !== null && t > this.#failure[1]) this.#failure = null;
    this.#untried = true;
    // The page asked first and loads now: this is the attempt's own source coming, not another's.
    if (this.#idle || (this.#asked && !this.#loadedSinceBegin)) return;
    this.#raw(kind, t);
    // Who asked to play and changed the source in one breath asked for the new one.
    if (t - this.#askedAt > ASKED_MS) return;
    this.#rendition = null;
    this.#begin(this.#askedAt, false, true);
    this.#loaded = false;
    this.#askedAt = -Infinity;
  }

  /** A seek that nobody asked for: on the way to the first frame, though its event may be dispatched after it, or back to the start. */
  #seeksItself(t: number): boolean {
    return this.#replays || (t <= this.#frameAt && !!this.#setting.adapter.ownsSeek?.(this.#video.currentTime));
  }

  get #frameSeen(): boolean {
    return this.#frameAt < Infinity;
  }

  get #rate(): number {
    return this.#video.playbackRate || (this.#setting.adapter.playback_rate?.() ?? 0);
  }

  get #loadedSinceBegin(): boolean {
    return this.#frameSeen || this.#loaded;
  }

  // Signals.

  /** Sends an event as it is. */
  #raw(kind: number, t: number, ...numbers: number[]): void {
    this.#worded(kind, t, numbers);
  }

  #worded(kind: number, t: number, numbers: readonly number[], texts?: readonly unknown[]): void {
    if (this.#idle) return;
    this.#attempt!.event(kind, t, numbers, texts);
    if (this.#idle) {
      this.#overAt = t;
      this.#rest();
    }
  }

  /** Sends an event after a sample of the same moment, so that the fold knows where the playhead stood. */
  #signal(kind: number, t: number, ...numbers: number[]): void {
    this.#look(t);
    this.#raw(kind, t, ...numbers);
  }

  /** The player's word comes before the sample: in it the playhead may have jumped, the clock of the sound catching up. */
  #playing(t: number): void {
    this.#raw(EVENT.PLAYING, t);
    this.#look(t);
  }

  #look(t: number): void {
    this.#sample(t);
    this.#frames(t);
  }

  #erred({ class: failure, code, message, context, fatal }: PlaybackError, t: number): void {
    this.#look(t);
    const number = FAILURE_CLASSES.indexOf(failure);
    this.#worded(EVENT.ERROR, t, [number < 0 ? 7 : number, Number(!!fatal)], [code, message, context]);
  }

  #requestOver(object_type: ObjectType): void {
    const open = this.#requests.indexOf(typeNumber(object_type));
    if (open >= 0) this.#requests.splice(open, 1);
  }

  #tick(): void {
    const t = this.#setting.clock.now();
    if (this.#idle) {
      this.#rest();
      return;
    }
    this.#ticks += 1;
    const slow = this.#ticks % SLOW_TICKS === 0;
    if (slow) {
      this.#frames(t);
      // Once is for the whole attempt.
      for (const [way, now] of Object.entries(this.#ways())) if (now && !this.#found[way]) this.#find({ [way]: now });
    }
    this.#sample(t);
    if (slow && this.#live) this.#measureLatency(t);
  }

  /** How far behind live the picture is, and whether that is where the player means to be. */
  #measureLatency(t: number): void {
    const video = this.#video;
    const { clock, transport, adapter } = this.#setting;
    const { seekable } = video;
    const { programme_ms, latency_ms, target_latency_ms = 0, target_duration_ms, edge_ms } = adapter.live?.() ?? {};
    const edge = edge_ms ?? (seekable.length > 0 ? (seekable.end(seekable.length - 1) - video.currentTime) * 1_000 : 0);
    const dvr = target_duration_ms !== undefined && (latency_ms ?? edge) - target_latency_ms > 3 * target_duration_ms;
    // Where there is a programme date time, our server's clock is waited for: two clocks would make one number of two.
    const offset = transport.serverOffset_ms;
    const latency = programme_ms === undefined ? latency_ms : offset === null ? undefined : clock.unix() + offset - programme_ms;
    this.#raw(EVENT.LIVE_LATENCY, t, latency ?? -1, Number(dvr));
    if (latency !== undefined) this.#find({ latency_source: programme_ms === undefined ? 'player' : 'programme_time' });
  }

  /** How it is shown and heard. */
  #ways(): Record<string, boolean> {
    const video = this.#video as HTMLMediaElement & { remote?: { state: string }; webkitPresentationMode?: string; webkitCurrentPlaybackTargetIsWireless?: boolean };
    const { remote, webkitPresentationMode = '' } = video;
    const { fullscreenElement, pictureInPictureElement } = video.getRootNode() as Document;
    return {
      muted: video.muted || !video.volume,
      fullscreen: webkitPresentationMode === 'fullscreen' || !!fullscreenElement?.contains(video),
      pip: webkitPresentationMode[0] === 'p' || pictureInPictureElement === video,
      casting: !!video.webkitCurrentPlaybackTargetIsWireless || remote?.state === 'connected',
    };
  }

  #find(found: Record<string, unknown>): void {
    Object.assign(this.#found, found);
    this.#tellContext();
  }

  #sample(t: number, position_ms = this.#video.seeking ? -1 : this.#position_ms()): void {
    // While seeking the position is a wish; the clock alone is read.
    if (position_ms < 0) {
      this.#raw(-1 >>> 0, t);
      return;
    }
    this.#lastPosition_ms = position_ms;
    const buffer_ms = this.#setting.adapter.buffer_ms?.() ?? this.#buffer_ms();
    this.#raw(EVENT.TICK, t, position_ms, buffer_ms);
  }

  #position_ms(): number {
    return Math.max(0, Math.round(this.#video.currentTime * 1_000));
  }

  /** Where it was sought from, by what was played: the position is a wish by then. Where more was played before, the fold knows better. */
  #left_ms(): number {
    const last_ms = this.#lastPosition_ms;
    return Math.max(last_ms, Math.round(endOf(this.#video.played, last_ms / 1_000) * 1_000));
  }

  #buffer_ms(): number {
    const { buffered, currentTime } = this.#video;
    const left_ms = Math.round((endOf(buffered, currentTime) - currentTime) * 1_000);
    return left_ms >= 0 ? left_ms : this.#loaded ? 0 : -1;
  }

  #frames(t: number): void {
    const quality = (this.#video as Partial<HTMLVideoElement>).getVideoPlaybackQuality?.();
    if (quality) this.#raw(EVENT.FRAMES, t, quality.totalVideoFrames, quality.droppedVideoFrames);
  }

  /** The first callback after intent; one before is a poster frame of a preloaded video. */
  #awaitFrame(): void {
    const video = this.#video as Partial<HTMLVideoElement>;
    if (!video.requestVideoFrameCallback) return;
    video.cancelVideoFrameCallback?.(this.#frameHandle);
    const attempt = this.#attempt;
    this.#frameHandle = video.requestVideoFrameCallback(
      quiet((now: number, metadata: { presentationTime?: number }) => {
        if (attempt !== this.#attempt || this.#idle) return;
        const shown = metadata?.presentationTime;
        const t = typeof shown === 'number' && shown > 0 && shown <= now + 100 ? shown : now;
        if (t < this.#begunAt || this.#video.paused) {
          if (!this.#video.paused) this.#awaitFrame();
          return;
        }
        this.#frameAt = t;
        attempt!.frameByCallback = true;
        this.#raw(EVENT.FIRST_FRAME, t);
      }),
    );
  }

  #sized(t: number): void {
    const { videoWidth = 0, videoHeight = 0 } = this.#video as Partial<HTMLVideoElement>;
    if (this.#setting.adapter.tellsRenditions || videoWidth === 0) return;
    this.#shown({ width: videoWidth, height: videoHeight }, t);
  }

  #shown(rendition: Rendition, t: number): void {
    this.#rendition = rendition;
    const { bitrate_bps = -1, bitrate_peak_bps = -1, width = 0, height = 0 } = rendition;
    this.#raw(EVENT.RENDITION, t, bitrate_bps, bitrate_peak_bps, Math.min(width, 0xffff) * 65_536 + Math.min(height, 0xffff));
  }

  #displayed(t: number): void {
    const { clientWidth, clientHeight } = this.#video;
    if (clientWidth > 0) this.#raw(EVENT.DISPLAY_SIZE, t, clientWidth, clientHeight, Math.round(window.devicePixelRatio * 1_000));
  }

  #measured(): void {
    const { duration } = this.#video;
    if (Number.isNaN(duration)) return;
    if (!this.#setting.adapter.tellsStream) this.#live = duration === Infinity;
    this.#found.video_duration_ms = duration === Infinity ? undefined : Math.min(Math.round(duration * 1_000), 0xffff_ffff);
    if (!this.#setting.adapter.tellsStream) this.#found.stream_type = this.#live ? 'live' : 'vod';
    if (this.#setting.adapter.player_software === 'html5') {
      const { currentSrc } = this.#video;
      if (/^https?:/.test(currentSrc)) this.#found.cdn = new URL(currentSrc).hostname;
    }
    this.#tellContext();
    this.#tellLive(this.#setting.clock.now());
  }

  #tellLive(t: number): void {
    if (!this.#live || this.#signalledLive || this.#idle) return;
    this.#signalledLive = true;
    this.#raw(EVENT.LIVE, t);
  }

  #tellContext(): void {
    const said = Object.fromEntries(Object.entries(this.#context).filter(([, value]) => value !== undefined && value !== null));
    // The server drops it as well; what need not be sent is not.
    if (this.#setting.optedOut) delete said.viewer_id;
    this.#attempt?.update({ ...this.#found, ...said });
  }

  /** The element's own error; players with MediaSource rarely set one. */
  #failed(error: MediaError | null): void {
    if (error === null) return;
    const classes = ['unknown', 'unknown', 'network', 'decode', 'unknown'] as const;
    const source = error.code === 4 && this.#setting.adapter.player_software === 'html5' && !this.#loaded ? 'manifest' : undefined;
    this.signals.error({ class: source ?? classes[error.code] ?? 'unknown', code: `MEDIA_ERR_${error.code}`, message: error.message, fatal: error.code !== 1 });
  }

  #makeSignals(): Signals {
    const now = (): number => this.#setting.clock.now();
    const video = this.#video;
    return quietly<Signals>({
      rendition: (rendition) => {
        this.#sample(now());
        this.#shown(rendition, now());
      },
      renditionSelected: (_rendition, automatic) => this.#raw(EVENT.RENDITION_SELECTED, now(), Number(automatic)),
      buffering: (active) => {
        if (active) this.#signal(EVENT.WAITING, now());
        // A player that has its data again need not play.
        else if (!video.paused) this.#playing(now());
      },
      loading: () => this.#autoplays(now(), true),
      requestStarted: (object_type, at = now()) => {
        this.#autoplays(at, true);
        this.#requests.push(typeNumber(object_type));
        this.#raw(EVENT.REQUEST_STARTED, at, typeNumber(object_type));
      },
      requestFinished: (request) => {
        const { object_type, bytes, started_at, first_byte_at = -1, finished_at, url, media_ms = -1 } = request;
        this.#requestOver(object_type);
        const media = /^[av]/.test(object_type);
        if (this.#idle) this.#preloaded ||= media;
        const ttfb_ms = first_byte_at > started_at ? first_byte_at - started_at : -1;
        const { protocol, hostname } = url === undefined ? location : new URL(url, location.href);
        const host = url !== undefined && /^http/.test(protocol) ? hostname : '';
        this.#worded(EVENT.REQUEST_FINISHED, finished_at, [typeNumber(object_type), bytes, ttfb_ms, finished_at - started_at, media_ms], [host]);
        // The host of the picture, not that of a manifest or a separate sound track.
        if (host && /v/.test(object_type)) this.#find({ cdn: host });
      },
      requestCancelled: (object_type, at = now()) => {
        this.#requestOver(object_type);
        this.#raw(EVENT.REQUEST_CANCELLED, at, typeNumber(object_type));
      },
      error: (error) => {
        // Nobody wants to play it yet; whoever does meets it at once.
        if (error.fatal && this.#untried && this.#idle) this.#failure = [error, now()];
        this.#erred(error, now());
      },
      ready: () => {
        const { playerConstructedAt } = this.#setting;
        const page_load_ms = pageLoadTold ? -1 : playerConstructedAt;
        pageLoadTold = true;
        const ready: [number, number] = [now() - playerConstructedAt, page_load_ms];
        if (this.#attempt === null) this.#ready = ready;
        else this.#raw(EVENT.PLAYER_READY, now(), ...ready);
      },
      stream: (type) => {
        this.#live = type === 'live';
        this.#find({ stream_type: type });
        this.#tellLive(now());
      },
      adStarted: () => this.#signal(EVENT.AD_STARTED, now()),
      adEnded: () => {
        this.#signal(EVENT.AD_ENDED, now());
        this.#awaitFrame();
      },
      drmRequested: (at = now()) => {
        this.#drm[0] ??= at;
        this.#raw(EVENT.DRM_REQUESTED, at);
      },
      drmUsable: (at = now()) => {
        this.#drm[1] ??= at;
        this.#raw(EVENT.DRM_USABLE, at);
      },
      adRequested: (at = now()) => this.#raw(EVENT.AD_REQUESTED, at),
      sourceChanged: () => this.#another(EVENT.SOURCE_CHANGED, now()),
      destroyed: () => this.destroy(),
      context: (found) => this.#find(found),
    });
  }
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
