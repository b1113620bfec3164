// Here lives one scenario on one player: a page is opened, driven, recorded and closed, and what it sent is held against its record.

import { judge } from './judge.mjs';
import { RENDITIONS } from './media.mjs';
import { attemptsOf } from './sent.mjs';
import { attempts, SAMPLE_WIDTH as WIDTH, truth } from './truth.mjs';

/** Longest a scenario may take, ms: offline for 20 s, and a player that tries for a while. */
const SCENARIO_MS = 60_000;
/** A page that was not let run for longer than this, ms, says nothing about a collector: events, ticks and the record itself all came late. */
const LAG_MS = 100;
/** How often such a scenario is tried. */
const TRIES = 3;
/** How long last beacons are waited for after a page is gone, ms. */
const LAST_WORDS_MS = 3_000;

const SOURCES = {
  hls: { vod: 'hls/vod.m3u8', other: 'hls/vod.m3u8?other', live: 'hls/live.m3u8', low: 'hls/low-latency.m3u8', encrypted: 'hls/encrypted.m3u8', audio: 'hls/audio-only.m3u8', dense: 'hls/dense.m3u8' },
  dash: { vod: 'dash/vod.mpd', other: 'dash/vod.mpd?other', live: 'dash/live.mpd', encrypted: 'dash/encrypted.mpd', dense: 'dash/dense.mpd' },
  progressive: { vod: 'progressive/240p.mp4', other: 'progressive/360p.mp4', dense: 'progressive/dense.mp4' },
};

/** What a scenario holds in its hands. */
export class Stage {
  /** What the page recorded before it was closed. @type {any} */
  told = null;
  /** The same of a second player. @type {any} */
  toldOther = null;

  /**
   * @param {import('./browser.mjs').Page} page @param {import('./server.mjs').Session} session
   * @param {import('./players.mjs').Player} player @param {string} origin
   */
  constructor(page, session, player, origin) {
    this.page = page;
    this.session = session;
    this.player = player;
    this.origin = origin;
  }

  /** @param {string} what */
  source(what) {
    const found = /** @type {Record<string, string>} */ (SOURCES[this.player.form])[what];
    if (found === undefined) throw new Error(`${this.player.id} has no source ${what}`);
    return found;
  }

  /**
   * A player with a source and the collector.
   * @param {{source?: string, height?: number, intent?: boolean, late?: boolean, options?: object, load?: object}} [how]
   */
  async create({ source = 'vod', height, intent = false, late = false, options = {}, load = {} } = {}) {
    await this.page.evaluate(`stage.create(${JSON.stringify({ late, options })})`);
    // In one go: a round trip between the two would be nobody's waiting.
    await this.page.evaluate(`${intent ? "stage.record.mark('intent'), " : ''}void stage.load(${JSON.stringify(this.source(source))}, ${JSON.stringify(load)})`);
    await this.page.evaluate('stage.handed');
    if (height !== undefined) await this.do(`rendition(${height})`);
  }

  /**
   * Holds back what follows after `segments`. Of a file the browser reads 64 kB at a time: three segments later.
   * @param {number} segments
   */
  hold(segments) {
    this.session.hold(this.player.form === 'progressive' && segments > 0 ? segments + 3 : segments);
  }

  /** Calls something of the page's stage and waits for it. @param {string} what */
  do(what) {
    return this.page.evaluate(`stage.${what}`);
  }

  /** Takes the record; the rest comes with the page's last words. */
  async keep() {
    this.told = await this.page.evaluate('stage.told()');
    this.toldOther = await this.page.evaluate('window.other === undefined ? null : (other.finish(), other.told())');
  }
}

/**
 * @typedef {object} Result
 * @property {string} player
 * @property {string} scenario
 * @property {import('./judge.mjs').Row[]} rows
 * @property {string[]} wrong what does not hold, in words
 * @property {import('./truth.mjs').Truth[]} truths
 * @property {import('./sent.mjs').Sent[]} sent
 * @property {any} record what the page recorded
 * @property {import('./server.mjs').Logged[]} log what the server was asked
 * @property {string[]} said what the page said on its console
 * @property {number} lag_ms longest time for which the page was not let run
 * @property {boolean} judged whether it can be judged at all
 * @property {number} took_ms
 */

/**
 * Runs a scenario; again, when it does not hold on a machine that was too busy to tell.
 * @param {Parameters<typeof once>} given
 * @returns {Promise<Result>}
 */
export async function run(...given) {
  for (let left = TRIES; ; left -= 1) {
    const result = await once(...given);
    // A slow device is judged as it is.
    result.judged = given[4] > 1 || result.wrong.length === 0 || result.lag_ms <= LAG_MS;
    if (result.judged || left <= 1) return result;
  }
}

/**
 * @param {Awaited<ReturnType<typeof import('./browser.mjs').launch>>} browser
 * @param {Awaited<ReturnType<typeof import('./server.mjs').startServer>>} server
 * @param {import('./players.mjs').Player} player @param {import('../scenarios.mjs').Scenario} scenario
 * @param {number} slow how many times slower than this machine the page's device is
 * @returns {Promise<Result>}
 */
async function once(browser, server, player, scenario, slow) {
  const begun = performance.now();
  const session = server.session(`${player.id}.${scenario.name}`);
  const page = await browser.open();
  await page.slow(slow);
  const stage = new Stage(page, session, player, server.page);
  /** @type {string[]} */
  const wrong = [];
  /** @type {import('./judge.mjs').Row[]} */
  let rows = [];
  /** @type {import('./truth.mjs').Truth[]} */
  let truths = [];
  /** @type {import('./sent.mjs').Sent[]} */
  let sent = [];
  let lag_ms = 0;
  try {
    const address = `${server.page}/${player.id}/?session=${encodeURIComponent(`${server.media}/s/${session.id}`)}${scenario.page === 'shadow' ? '&shadow' : ''}`;
    await page.goto(scenario.page === 'frame' ? `${server.page}/frame.html?${encodeURIComponent(address)}` : address);
    await page.until('window.stage !== undefined');
    await within(scenario.run(stage), SCENARIO_MS);
    if (!scenario.closing) {
      await page.evaluate('stage.finish()');
      await stage.keep();
    }
    const everything = await lastWords(session);
    sent = everything.filter(({ context }) => context.video_id !== 'other');
    let end = stage.told.now;
    if (scenario.closing) {
      const farewell = session.farewells.at(-1);
      if (farewell === undefined) throw new Error('the page said nothing at its end');
      end = append(stage.told, farewell);
    }
    const average = (/** @type {number} */ height) => (['html5', 'html5-hls', 'shaka-hls'].includes(player.id) ? null : (RENDITIONS.find((rendition) => rendition.height === height)?.average ?? null));
    truths = attempts(stage.told, end).map((attempt) => truth(stage.told, attempt, average));
    lag_ms = longest(stage.told, truths);
    const how = { ...scenario, slack_ms: slow > 1 ? lag_ms : 0 };
    rows = judge(truths, sent, how);
    if (stage.toldOther !== null) {
      const others = attempts(stage.toldOther, stage.toldOther.now).map((attempt) => truth(stage.toldOther, attempt, average));
      rows.push(...judge(others, everything.filter(({ context }) => context.video_id === 'other'), how));
    }
    for (const { metric, truth, measured, holds } of rows) if (!holds) wrong.push(`${metric}: ${shown(measured)}, in truth ${shown(truth)}`);
    if (scenario.check !== undefined) wrong.push(...scenario.check(sent, truths, stage));
    wrong.push(...page.said.filter((line) => line.includes('playhead') || line.startsWith('threw')).map((line) => `the page said: ${line.slice(0, 300)}`));
  } catch (error) {
    // What was recorded until then helps to see why.
    stage.told ??= await page.evaluate('stage.told()').catch(() => null);
    wrong.push(`did not run: ${/** @type {Error} */ (error).message.slice(0, 400)}`);
  } finally {
    session.release();
    await page.dispose();
    server.forget(session);
  }
  if (truths.length === 0) lag_ms = longest(stage.told, [{ intentAt: -Infinity, endAt: Infinity }]);
  return { player: player.id, scenario: scenario.name, rows, wrong, truths, sent, record: stage.told, log: session.log, said: page.said, lag_ms, judged: true, took_ms: performance.now() - begun };
}

/** Longest time, ms, for which the page was not let run while an attempt was. @param {any} told @param {{intentAt: number, endAt: number}[]} spans */
function longest(told, spans) {
  const ticks = (told?.samples ?? []).filter((/** @type {number} */ _, /** @type {number} */ at) => at % WIDTH === 0);
  return spans.reduce((most, { intentAt, endAt }) => {
    const own = ticks.filter((/** @type {number} */ at) => at >= intentAt && at <= endAt);
    return Math.max(most, ...own.map((/** @type {number} */ at, /** @type {number} */ index) => (index === 0 ? 0 : at - own[index - 1])));
  }, 0);
}

const shown = (/** @type {number | null} */ value) => (value === null ? 'nothing' : String(Math.round(value * 10) / 10));

/** @template T @param {Promise<T>} promise @param {number} ms @returns {Promise<T>} */
async function within(promise, ms) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until every attempt was told to be over, or nobody says anything any more. @param {import('./server.mjs').Session} session */
async function lastWords(session) {
  const begun = Date.now();
  for (;;) {
    const sent = attemptsOf(session.batches);
    const over = sent.length > 0 && sent.every(({ totals }) => totals.end_reason !== undefined);
    const quiet = Date.now() - Math.max(begun, session.batches.at(-1)?.at ?? 0);
    if ((over && quiet > 300) || quiet > LAST_WORDS_MS) return sent;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The record with what came after it was taken; gives the page's end. @param {any} told @param {any} farewell */
function append(told, farewell) {
  const after = told.samples.at(-WIDTH) ?? -Infinity;
  for (let at = 0; at < farewell.samples.length; at += WIDTH) if (farewell.samples[at] > after) told.samples.push(...farewell.samples.slice(at, at + WIDTH));
  const lastFrame = told.frames.at(-3) ?? -Infinity;
  for (let at = 0; at < farewell.frames.length; at += 3) if (farewell.frames[at] > lastFrame) told.frames.push(...farewell.frames.slice(at, at + 3));
  told.events = farewell.events;
  return farewell.at;
}
