// Here lives what is done to a player, one entry a scenario. Nothing is judged here but what only the scenario can know.

import { KEY, KEY_ID } from './lib/encrypt.mjs';

/** @typedef {import('./lib/run.mjs').Stage} Stage */

/**
 * @typedef {object} Scenario
 * @property {string} name as --scenario takes it
 * @property {(stage: Stage) => Promise<void>} run
 * @property {(player: import('./lib/players.mjs').Player) => boolean} [fits] which players can do it; all, if not said
 * @property {(keyof typeof import('./lib/judge.mjs').METRICS)[]} [skip] what does not apply
 * @property {'shadow' | 'frame'} [page] what is around the player
 * @property {boolean} [closing] whether the tab is closed in it
 * @property {(attempts: import('./lib/sent.mjs').Sent[], truths: import('./lib/truth.mjs').Truth[], stage: Stage) => string[]} [check] what else has to hold
 * @property {boolean} [quick] whether it is part of `cargo xtask test`
 */

const ladder = ({ form }) => form !== 'progressive' ;
const adaptive = (player) => !player.id.startsWith('html5');

/** Creates, loads and clicks. @param {Stage} stage */
async function start(stage) {
  await stage.create();
  await stage.page.click('#play');
}

const fault = (/** @type {string} */ what, /** @type {boolean} */ holds) => (holds ? [] : [what]);

/** How it was shown and heard: in these ways, and in no other. @param {import('./lib/sent.mjs').Sent | undefined} attempt @param {string[]} expected */
const ways = (attempt, expected) => {
  const told = ['muted', 'fullscreen', 'pip', 'casting'].filter((way) => attempt?.context[way] !== false);
  return fault(`it was shown and heard as ${told}`, String(told) === String(expected));
};

/** @param {number} seconds @returns {Scenario} */
const stall = (seconds) => ({
  name: `stall-${seconds}`,
  // VHS lets go of a request that brings nothing, and does not ask again.
  fits: ({ module }) => module !== 'videojs',
  quick: seconds === 1,
  async run(stage) {
    stage.hold(2);
    await start(stage);
    await stage.do('moving()');
    await stage.do(`still(${seconds * 1_000})`);
    stage.session.release();
    await stage.do('moving()');
    await stage.do('wait(1500)');
  },
  check: ([attempt], [truth]) => [
    ...fault(`the stall's cause is ${attempt?.stalls.map(({ cause }) => cause)}`, attempt?.stalls.every(({ stall_ms, cause }) => stall_ms < 250 || cause === 'network')),
    ...fault(`no stall was forced: ${JSON.stringify(truth.stalls)}`, truth.stalls.some(({ stall_ms }) => stall_ms >= seconds * 1_000 - 50)),
  ],
});

/** @param {string} state @param {(stage: Stage) => Promise<void>} reach @param {boolean} [leave] @returns {Scenario} */
const close = (state, reach, leave = false) => ({
  name: leave ? `leave-${state}` : `close-${state}`,
  closing: true,
  async run(stage) {
    await reach(stage);
    await stage.keep();
    if (leave) await stage.page.goto(`${stage.origin}/empty.html`);
    else await stage.page.closeTab();
  },
});

/** @type {Scenario[]} */
export const SCENARIOS = [
  {
    name: 'start',
    quick: true,
    async run(stage) {
      await start(stage);
      await stage.do('reached(4)');
    },
  },
  {
    name: 'autoplay-blocked',
    async run(stage) {
      await stage.create();
      await stage.do('play()');
      await stage.do('wait(1000)');
    },
    check: ([attempt], _truths, { told }) => [
      ...fault(`play() was not refused: ${told.refusals}`, told.refusals.includes('NotAllowedError')),
      ...fault('a failure was told', attempt?.totals.failure === undefined),
      ...fault('a wait counts although nothing was loading for anybody', (attempt?.totals.startup_wait_ms ?? 0) < 1_000),
    ],
  },
  {
    name: 'autoplay-muted',
    async run(stage) {
      await stage.page.evaluate('stage.video.muted = true; stage.video.autoplay = true');
      await stage.create({ intent: true });
      await stage.do('reached(3)');
    },
    check: ([attempt]) => [...fault(`autoplay is ${attempt?.context.autoplay}`, attempt?.context.autoplay === true), ...ways(attempt, ['muted'])],
  },
  {
    name: 'click-after-5-s',
    async run(stage) {
      await stage.create();
      await stage.do('wait(5000)');
      await stage.page.click('#play');
      await stage.do('reached(3)');
    },
  },
  {
    name: 'pause',
    async run(stage) {
      await start(stage);
      await stage.do('reached(2)');
      await stage.page.evaluate('stage.video.pause()');
      await stage.do('wait(1500)');
      await stage.do('start()');
      await stage.do('reached(4)');
    },
  },
  {
    name: 'seek-inside',
    quick: true,
    // The browser's own HLS asks in order: it waits for the segment that is held back, wherever it is sent.
    fits: ({ id }) => id !== 'html5-hls',
    async run(stage) {
      stage.hold(3);
      await start(stage);
      await stage.do('reached(2)');
      await stage.page.evaluate('stage.video.currentTime = 5');
      await stage.do('reached(6.5)');
      stage.session.release();
      await stage.do('reached(10)');
    },
  },
  {
    name: 'seek-outside',
    async run(stage) {
      stage.hold(4);
      await start(stage);
      await stage.do('reached(2)');
      await stage.page.evaluate('stage.video.currentTime = 28');
      await stage.do('wait(1000)');
      stage.session.release();
      await stage.do('reached(30)');
    },
  },
  {
    name: 'seek-paused',
    async run(stage) {
      await start(stage);
      await stage.do('reached(2)');
      await stage.page.evaluate('stage.video.pause(), stage.video.currentTime = 8');
      await stage.do('wait(1500)');
      await stage.do('start()');
      await stage.do('reached(10)');
    },
  },
  {
    name: 'scrub',
    async run(stage) {
      await start(stage);
      await stage.do('reached(2)');
      for (const position of [10, 14, 18, 22]) {
        await stage.page.evaluate(`stage.video.currentTime = ${position}`);
        await stage.do('wait(200)');
      }
      await stage.do('reached(24)');
    },
  },
  {
    name: 'switch-up-and-down',
    quick: true,
    fits: adaptive,
    async run(stage) {
      stage.hold(3);
      await stage.create({ height: 240 });
      await stage.page.click('#play');
      await stage.do('reached(2)');
      await stage.do('rendition(480)');
      stage.hold(6);
      await stage.do('shown(480)');
      await stage.do('wait(1500)');
      await stage.do('rendition(360)');
      stage.session.release();
      await stage.do('shown(360)');
      await stage.do('wait(1500)');
    },
    check: (_attempts, [{ switches }]) => fault(`there were ${switches} switches`, switches >= 2),
  },
  {
    name: 'abr',
    fits: ladder,
    async run(stage) {
      // Enough for the highest rung, then too little for it, then enough.
      stage.session.speed_kbps = 600;
      await start(stage);
      await stage.do('reached(9)');
      stage.session.speed_kbps = 90;
      await stage.do('reached(20)');
    },
  },
  stall(0.3),
  stall(1),
  stall(3),
  stall(10),
  {
    name: 'decoder-stall',
    async run(stage) {
      await stage.create({ source: 'dense' });
      await stage.page.click('#play');
      await stage.do('reached(8)');
    },
    check: ([attempt], [truth]) => [
      ...fault(`the stall's cause is ${attempt?.stalls.map(({ cause }) => cause)}`, attempt?.stalls.every(({ stall_ms, cause }) => stall_ms < 250 || cause === 'decoder')),
      ...fault(`no stall was forced: ${JSON.stringify(truth.stalls)}`, truth.stalls.some(({ stall_ms }) => stall_ms >= 300)),
    ],
  },
  {
    name: 'segment-404',
    async run(stage) {
      stage.session.fail((kind, path) => kind === 'segment' && Number(/(\d+)\.m4s$/.exec(path)?.[1]) >= 2);
      await start(stage);
      await stage.page.until('stage.failed', 60_000);
    },
    // VHS asks for ever.
    fits: ({ form, id, module }) => form !== 'progressive' && id !== 'html5-hls' && module !== 'videojs',
    check: ([attempt]) => [
      ...fault(`the failure is ${JSON.stringify(attempt?.totals.failure)}`, attempt?.totals.failure?.class === 'segment'),
    ],
  },
  {
    name: 'manifest-404',
    async run(stage) {
      stage.session.fail((_kind, path) => /m3u8|mpd|progressive/.test(path));
      await start(stage);
      await stage.page.until('stage.failed', 60_000);
    },
    check: ([attempt]) => [
      ...fault(`the failure is ${JSON.stringify(attempt?.totals.failure)}`, attempt?.totals.failure?.class === 'manifest'),
      ...fault('a frame was told', attempt?.totals.first_frame_seen !== true),
    ],
  },
  {
    name: 'live-edge',
    fits: ladder,
    async run(stage) {
      await stage.create({ source: 'live' });
      await stage.page.click('#play');
      await stage.do('moving()');
      await stage.do('wait(8000)');
    },
    check: ([attempt]) => fault(`stream_type is ${attempt?.context.stream_type}`, attempt?.context.stream_type === 'live'),
  },
  {
    name: 'hidden-startup',
    skip: ['startup_any_ms'],
    async run(stage) {
      stage.hold(0);
      await start(stage);
      await stage.do('wait(300)');
      await stage.page.hide(true);
      await stage.do('wait(500)');
      stage.session.release();
      await stage.do('wait(2500)');
      await stage.page.hide(false);
      await stage.do('moving()');
      await stage.do('wait(1500)');
    },
    check: ([attempt]) => fault('startup_hidden is not set', attempt?.totals.startup_hidden === true),
  },
  {
    name: 'hidden-playback',
    async run(stage) {
      await start(stage);
      await stage.do('reached(2)');
      await stage.page.hide(true);
      await stage.do('wait(5000)');
      await stage.page.hide(false);
      await stage.do('wait(1500)');
    },
    check: ([attempt], [{ hidden_ms }]) => fault(`play_hidden_ms is ${attempt?.totals.play_hidden_ms}, hidden for ${Math.round(hidden_ms)}`, Math.abs((attempt?.totals.play_hidden_ms ?? 0) - hidden_ms) < 400),
  },
  close('starting', async (stage) => {
    stage.hold(0);
    await start(stage);
    await stage.do('wait(1700)');
  }),
  close('playing', async (stage) => {
    await start(stage);
    await stage.do('reached(3)');
  }),
  close('stalled', async (stage) => {
    stage.hold(1);
    await start(stage);
    await stage.do('moving()');
    await stage.do('still(1300)');
  }),
  close('paused', async (stage) => {
    await start(stage);
    await stage.do('reached(2)');
    await stage.page.evaluate('stage.video.pause()');
    await stage.do('wait(1300)');
  }),
  close('seeking', async (stage) => {
    stage.hold(3);
    await start(stage);
    await stage.do('reached(2)');
    await stage.page.evaluate('stage.video.currentTime = 28');
    await stage.do('wait(1300)');
  }),
  close('playing', async (stage) => {
    await start(stage);
    await stage.do('reached(3)');
  }, true),
  {
    name: 'source-change',
    async run(stage) {
      await start(stage);
      await stage.do('reached(2)');
      await stage.page.evaluate(`void stage.change(${JSON.stringify(stage.source('other'))})`);
      await stage.do('wait(300)');
      await stage.do('reached(2)');
    },
  },
  {
    name: 'replay',
    async run(stage) {
      await start(stage);
      await stage.do('reached(1)');
      await stage.page.evaluate('stage.video.currentTime = stage.video.duration - 4');
      await stage.do("next('ended')");
      await stage.do('wait(500)');
      // dash.js may tell itself of the end first and seek to the last picture: the element has ended, and ends again when it plays on.
      await stage.page.evaluate("stage.video.ended || (stage.video.currentTime = 0, stage.next('seeked'))");
      await stage.page.click('#play');
      await stage.do('wait(300)');
      await stage.do('reached(2)');
    },
    check: (attempts) => fault(`the first ended with ${attempts[0]?.totals.end_reason}`, attempts[0]?.totals.end_reason === 'ended'),
  },
  {
    name: 'rate-2',
    async run(stage) {
      await start(stage);
      await stage.do('reached(2)');
      await stage.page.evaluate('stage.video.playbackRate = 2');
      await stage.do('reached(9)');
      await stage.page.evaluate('stage.video.playbackRate = 1');
      await stage.do('reached(10)');
    },
  },
  {
    name: 'offline-20-s',
    async run(stage) {
      stage.hold(2);
      await start(stage);
      await stage.do('reached(3)');
      await stage.page.offline(true);
      await stage.do('wait(20000)');
      stage.session.release();
      await stage.page.offline(false);
      await stage.do('wait(500)');
      // A player that gave up stays where it is.
      await Promise.race([stage.do('moving()'), stage.do('wait(8000)')]);
      await stage.do('wait(1500)');
    },
  },
  {
    name: 'late-attach',
    skip: ['startup_any_ms'],
    async run(stage) {
      await stage.create({ late: true });
      await stage.page.gesture('stage.start()');
      await stage.do('reached(2)');
      // What came before nobody could see.
      await stage.page.evaluate(`stage.record.mark('intent'), stage.attach()`);
      await stage.do('reached(5)');
    },
    check: ([attempt]) => fault(`a startup of ${attempt?.totals.startup_any_ms} ms was told that nobody saw`, attempt?.totals.startup_any_ms === undefined),
  },
  {
    name: 'destroy',
    async run(stage) {
      await start(stage);
      await stage.do('reached(2)');
      await stage.do('destroy()');
      await stage.do('wait(1500)');
    },
  },
  {
    name: 'two-players',
    fits: ({ id }) => !id.endsWith('-previous'),
    async run(stage) {
      await start(stage);
      await stage.do('reached(1)');
      await stage.page.evaluate('another(), other.create(), other.video.muted = true');
      // Video.js would cancel a play that comes before its source.
      await stage.page.evaluate(`Promise.resolve(other.load(${JSON.stringify(stage.source('vod'))}, {})).then(() => true)`);
      await stage.page.evaluate('void other.play()');
      await stage.page.evaluate('other.reached(2)');
      await stage.page.evaluate('stage.video.pause()');
      await stage.page.evaluate('other.reached(4)');
    },
  },
  {
    name: 'shadow-dom',
    page: 'shadow',
    async run(stage) {
      await start(stage);
      await stage.do('reached(3)');
    },
  },
  {
    name: 'iframe',
    page: 'frame',
    async run(stage) {
      await start(stage);
      await stage.do('reached(3)');
    },
  },
  {
    name: 'ad-in-content',
    async run(stage) {
      await start(stage);
      await stage.do('reached(2)');
      await stage.page.evaluate('stage.ad(true)');
      await stage.do('reached(4)');
      await stage.page.evaluate('stage.ad(false)');
      await stage.do('reached(6)');
    },
    check: ([attempt], [{ ad_ms }]) => fault(`ad_ms is ${attempt?.totals.ad_ms}, the ad took ${Math.round(ad_ms)}`, Math.abs((attempt?.totals.ad_ms ?? 0) - ad_ms) <= 100),
  },
  {
    name: 'stall-in-ad',
    fits: ({ module }) => module !== 'videojs',
    async run(stage) {
      stage.hold(2);
      await start(stage);
      await stage.do('moving()');
      await stage.page.evaluate('stage.ad(true)');
      await stage.do('still(1000)');
      stage.session.release();
      await stage.do('moving()');
      await stage.page.evaluate('stage.ad(false)');
      await stage.do('wait(4000)');
    },
  },
  {
    name: 'fullscreen',
    async run(stage) {
      await start(stage);
      await stage.do('reached(2)');
      await stage.page.gesture('stage.video.requestFullscreen()');
      await stage.do('wait(1500)');
      await stage.page.evaluate('document.exitFullscreen()');
      await stage.do('wait(1000)');
    },
    check: ([attempt]) => ways(attempt, ['fullscreen']),
  },
  {
    name: 'picture-in-picture',
    async run(stage) {
      await start(stage);
      await stage.do('reached(2)');
      await stage.page.gesture('stage.video.requestPictureInPicture().then(() => true)');
      await stage.do('wait(1500)');
      await stage.page.evaluate('document.exitPictureInPicture()');
      await stage.do('wait(1000)');
    },
    check: ([attempt]) => ways(attempt, ['pip']),
  },
  {
    name: 'bfcache',
    closing: true,
    fits: ({ id }) => id === 'html5' || id === 'html5-hls',
    skip: ['attempts'],
    async run(stage) {
      await start(stage);
      await stage.do('reached(2)');
      await stage.keep();
      await stage.page.goto(`${stage.origin}/empty.html`);
      const left = await stage.page.back();
      if (!left) throw new Error('the browser did not keep the page');
      await stage.page.gesture('stage.video.play()');
      await stage.do('wait(1500)');
      await stage.page.goto(`${stage.origin}/empty.html`);
    },
    check: (attempts) => fault(`${attempts.length} attempts, one before and one after the return`, attempts.length === 2),
  },
  {
    name: 'audio-only',
    fits: ({ id }) => id.startsWith('hls.js'),
    async run(stage) {
      await stage.create({ source: 'audio' });
      await stage.page.click('#play');
      await stage.do('reached(3)');
    },
    check: ([attempt]) => fault(`bitrates are of pictures; bitrate_media_ms is ${attempt?.totals.bitrate_media_ms}`, attempt?.totals.bitrate_media_ms === undefined),
  },
  {
    name: 'low-latency',
    fits: ({ id }) => id === 'hls.js',
    async run(stage) {
      await stage.create({ source: 'low' });
      await stage.page.click('#play');
      await stage.do('moving()');
      await stage.do('wait(8000)');
    },
  },
  {
    name: 'live-dvr',
    fits: adaptive,
    async run(stage) {
      await stage.create({ source: 'live' });
      await stage.page.click('#play');
      await stage.do('moving()');
      await stage.do('wait(2000)');
      await stage.page.evaluate('stage.video.currentTime -= 12');
      await stage.do('wait(500)');
      await stage.do('moving()');
      await stage.do('wait(3000)');
    },
  },
  {
    name: 'clear-key',
    fits: ({ id }) => /^(dash\.js|shaka)/.test(id) && !id.endsWith('-hls'),
    async run(stage) {
      await stage.create({ source: 'encrypted', load: { key: KEY, id: KEY_ID } });
      await stage.page.click('#play');
      await stage.do('reached(3)');
    },
    check: ([attempt]) => [
      ...fault(`the failure is ${JSON.stringify(attempt?.totals.failure)}`, attempt?.totals.failure === undefined),
      ...fault(`drm_load_ms is ${attempt?.totals.drm_load_ms}`, attempt?.totals.drm_load_ms >= 0),
    ],
  },
];
