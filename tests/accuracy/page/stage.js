// Here lives what a scenario does to a page: `window.stage`. The player comes as the module `accuracy:player`, one bundle each.

import { attach } from '@playhead/collector';
import * as player from 'accuracy:player';

import { Record } from './record.js';

const parameters = new URLSearchParams(location.search);
const session = parameters.get('session');

class Stage {
  player = player;
  current = null;
  collector = null;
  /** Until then the page's button does nothing, as on any page whose player loads later than it is told. */
  handed = undefined;
  /** Answers of `play()`: names of errors. */
  refusals = [];

  /** @param {HTMLVideoElement} video @param {string} name what the beacons call it */
  constructor(video, name) {
    this.video = video;
    this.name = name;
    this.record = new Record(video);
  }

  /** The page's button plays, and the page says something when it goes. */
  lead() {
    document.querySelector('#play').addEventListener('click', () => this.play());
    // Before the collector's own listener, so that nothing of it is in the truth.
    window.addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.record.mark('returned');
    });
    window.addEventListener('pagehide', ({ persisted }) => {
      const { samples, events, frames } = this.record;
      this.record.mark('over');
      navigator.sendBeacon(`${session}/farewell`, JSON.stringify({ at: performance.now(), persisted, samples: samples.slice(-1_800), events, frames: frames.slice(-300) }));
    });
  }

  /** A player and the collector on it. `late` leaves the collector for `attach()`. */
  create({ late = false, options = {}, context = {} } = {}) {
    const constructedAt = performance.now();
    this.current = player.create(this.video, options, () => this.fail());
    if (!late) this.attach({ context, constructedAt });
  }

  attach({ context = {}, constructedAt } = {}) {
    this.collector = attach(this.video, {
      licenseKey: 'pl_accuracy',
      endpoint: session,
      adapter: player.adapter(this.current),
      context: { viewer_id: 'accuracy', video_id: this.name, ...context },
      playerConstructedAt: constructedAt,
    });
  }

  /** The player gave up, by its own word. */
  fail() {
    if (this.failed) return;
    this.failed = true;
    this.record.mark('over');
  }

  failed = false;

  source(name) {
    return `${session}/${name}`;
  }

  load(name, options) {
    this.handed = this.player.handed?.(this.current);
    return player.load(this.current, this.source(name), options);
  }

  /** What the page's own button does. */
  play() {
    if (!this.video.ended) this.record.mark('intent');
    else this.again();
    return this.start();
  }

  again() {
    this.record.mark('intent');
  }

  start() {
    const asked = this.collector?.play() ?? this.video.play();
    return asked.catch((error) => {
      this.refusals.push(error.name);
    });
  }

  /** Another source on the same player. */
  async change(name) {
    this.record.mark('over');
    this.record.mark('intent');
    const loaded = this.load(name);
    await this.start();
    await loaded;
    // A player that empties the element pauses it.
    if (this.video.paused) await this.start();
  }

  /** The page's own ads, in the same element as the content. */
  ad(runs) {
    this.record.mark(runs ? 'ad' : 'content');
    if (runs) this.collector.adStarted();
    else this.collector.adEnded();
  }

  /** The player goes away, the page stays. */
  destroy() {
    this.record.mark('over');
    return player.destroy(this.current);
  }

  rendition(height) {
    player.rendition(this.current, height);
  }

  position() {
    return this.video.currentTime;
  }

  /** Resolves once the playhead is at `seconds` and moving. */
  reached(seconds) {
    let last = this.video.currentTime;
    return this.record.when(() => {
      const now = this.video.currentTime;
      const moving = now > last;
      last = now;
      return moving && now >= seconds && !this.video.seeking;
    });
  }

  /** Resolves once the playhead has stood still for `ms` though playback is wanted. */
  still(ms) {
    let last = this.video.currentTime;
    let since = performance.now();
    return this.record.when(() => {
      const now = this.video.currentTime;
      if (now !== last || this.video.paused || this.video.seeking) {
        last = now;
        since = performance.now();
      }
      return performance.now() - since >= ms;
    });
  }

  /** Resolves once the playhead moves on from where it is. */
  moving() {
    const begin = this.video.currentTime;
    return this.record.when(() => this.video.currentTime > begin + 0.05 && !this.video.seeking);
  }

  /** Resolves once a picture of this height is on the screen. */
  shown(height) {
    return this.record.when(() => this.record.frames.at(-1) === height);
  }

  /** Resolves with the next event of the element. */
  next(name) {
    return new Promise((resolve) => this.video.addEventListener(name, () => resolve(true), { once: true }));
  }

  wait(ms) {
    const until = performance.now() + ms;
    return this.record.when(() => performance.now() >= until);
  }

  /** The end of what is measured, with the page still there. */
  finish() {
    this.record.mark('over');
    this.collector?.destroy();
  }

  told() {
    const { frames, samples, events } = this.record;
    return { frames, samples, events, now: performance.now(), origin: performance.timeOrigin, refusals: this.refusals };
  }
}

const video = document.querySelector('#video');
if (parameters.has('shadow')) {
  const host = document.createElement('div');
  document.body.append(host);
  host.attachShadow({ mode: 'closed' }).append(video);
}
window.stage = new Stage(video, 'accuracy');
window.stage.lead();
if (window.parent !== window) window.parent.stage = window.stage;
/** A second player beside the first, with everything of its own. */
window.another = () => {
  const other = document.createElement('video');
  document.body.append(other);
  window.other = new Stage(other, 'other');
};
