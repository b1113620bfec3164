// Here lives ten minutes of playback in a moment: a clock that is turned by hand, an element that says what it is told, and its events.
// The collector is another script's business. Measured from outside, in CPU time of the page's main thread.

import * as network from './network.js';

let now = performance.now();
const wall = Date.now() - now;
/** @type {Map<number, {due: number, every: number | null, act: Function}>} */
const timers = new Map();
let next = 1;

function turnClock() {
  performance.now = () => now;
  const RealDate = Date;
  window.Date = class extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(wall + now);
      else super(...given);
    }
    static now = () => Math.round(wall + now);
  };
  const add = (act, ms, every) => {
    timers.set(next, { due: now + Math.max(1, Number(ms) || 0), every, act });
    return next++;
  };
  window.setTimeout = (act, ms, ...given) => add(() => act(...given), ms, null);
  window.setInterval = (act, ms, ...given) => add(() => act(...given), ms, Math.max(1, Number(ms) || 0));
  window.clearTimeout = window.clearInterval = (id) => timers.delete(id);
  window.requestAnimationFrame = (act) => add(() => act(now), 16, null);
  window.cancelAnimationFrame = (id) => timers.delete(id);
}

async function pass(ms) {
  const until = now + ms;
  for (;;) {
    let first = null;
    for (const [id, timer] of timers) if (timer.due <= until && (first === null || timer.due < timers.get(first).due)) first = id;
    if (first === null) break;
    const timer = timers.get(first);
    now = Math.max(now, timer.due);
    if (timer.every === null) timers.delete(first);
    else timer.due = now + timer.every;
    timer.act();
    await null;
  }
  now = until;
  for (let turn = 0; turn < 4; turn += 1) await null;
}

const state = { currentTime: 0, duration: 600, paused: true, ended: false, seeking: false, readyState: 4, networkState: 2, playbackRate: 1, videoWidth: 1280, videoHeight: 720, currentSrc: 'https://cdn.example/video.mp4', src: 'https://cdn.example/video.mp4', frames: 0 };

function element() {
  const video = document.createElement('video');
  for (const name of Object.keys(state)) if (name !== 'frames') Object.defineProperty(video, name, { get: () => state[name], set: (value) => (state[name] = value) });
  const range = { length: 1, start: () => 0, end: () => Math.min(600, state.currentTime + 20) };
  Object.defineProperty(video, 'buffered', { get: () => range });
  video.getVideoPlaybackQuality = () => ({ totalVideoFrames: Math.round(state.currentTime * 24), droppedVideoFrames: 0, creationTime: now });
  video.requestVideoFrameCallback = (act) => window.setTimeout(() => act(now, { presentationTime: now, mediaTime: state.currentTime, width: 1280, height: 720, presentedFrames: 1 }), 40);
  video.cancelVideoFrameCallback = (id) => window.clearTimeout(id);
  video.play = async () => undefined;
  document.body.append(video);
  return video;
}

let events = 0;
const fire = (video, name) => {
  events += 1;
  video.dispatchEvent(new Event(name));
};

turnClock();
network.close(null);
const video = element();
window.compared = {
  video,
  begin(attach) {
    attach(video);
  },
  pass,
  /** Ten minutes with everything that happens in them, or `minutes` of undisturbed viewing. */
  async session(minutes = 10, steady = false) {
    const before = network.requests.length;
    if (state.paused) {
      for (const name of ['loadstart', 'durationchange', 'loadedmetadata', 'resize', 'loadeddata', 'canplay', 'canplaythrough']) fire(video, name);
      await pass(300);
      state.paused = false;
      fire(video, 'play');
      await pass(60);
      fire(video, 'playing');
    }
    for (let second = 1; second <= minutes * 60; second += 1) {
      for (let quarter = 0; quarter < 4; quarter += 1) {
        state.currentTime = steady ? (state.currentTime + 0.25) % 590 : state.currentTime + 0.25;
        fire(video, 'timeupdate');
        await pass(250);
      }
      fire(video, 'progress');
      if (steady) continue;
      if (second % 55 === 0) {
        state.readyState = 2;
        fire(video, 'waiting');
        await pass(1_200);
        state.readyState = 4;
        fire(video, 'playing');
      }
      if (second % 110 === 20) {
        state.seeking = true;
        fire(video, 'seeking');
        fire(video, 'waiting');
        await pass(300);
        state.seeking = false;
        fire(video, 'seeked');
        fire(video, 'playing');
      }
      if (second % 40 === 30) {
        state.videoHeight = state.videoHeight === 720 ? 480 : 720;
        fire(video, 'resize');
      }
      if (second % 250 === 70) {
        state.paused = true;
        fire(video, 'pause');
        await pass(2_000);
        state.paused = false;
        fire(video, 'play');
        fire(video, 'playing');
      }
    }
    await network.settled();
    const sent = network.requests.slice(before);
    const count = events;
    events = 0;
    return { events: count, requests: sent.length, bytes: sent.reduce((sum, { url, body, bytes }) => sum + (bytes ?? body).length + (body.length === 0 ? url.length : 0), 0) };
  },
};
