// Here lives the truth: from the page's record of frames, playhead and events to what a viewer went through, in the dictionary's words.
// A pure function of numbers. It reads no state machine and no event but seeks, pauses and ends: the playhead decides.

/** Numbers in one sample of record.js. */
export const SAMPLE_WIDTH = 6;
/** Shortest standing still that is told, ms: longer than a frame and a busy moment, far shorter than what is counted. Chromium's clock
 * stands for 60 to 70 ms after it jumped as far, when the sound begins. */
const STILL_MS_MIN = 80;
/** Shortest stall that is counted. */
export const STALL_MS_MIN = 250;
/** Seeks less than this apart are one, ms. */
const SCRUB_MS = 1_000;
/** With more media ahead than this a playhead that does not start yet is not short of data, ms. */
const STARVED_MS = 500;
/** A frame this near to the place sought is of it, and one this soon after the player arrived is its first, ms. */
const NEAR_MS = 500;
/** A seek by less is a player stepping over a gap, ms of media. */
const GAP_MS = 200;
/** A seek, and a stall, is over once the playhead moved on by this much, ms: half a picture. */
const ADVANCE_MS = 20;
const [PAUSED, SEEKING, ENDED, HIDDEN] = [1, 2, 4, 8];

/**
 * @typedef {object} Recorded What record.js gathered.
 * @property {number[]} frames
 * @property {number[]} samples
 * @property {[number, string][]} events
 */

/**
 * @typedef {object} Truth One attempt.
 * @property {number} intentAt performance.now() ms
 * @property {number} endAt the same clock
 * @property {number | null} startup_any_ms
 * @property {number} play_ms
 * @property {{at_ms: number, stall_ms: number}[]} stalls of at least STILL_MS_MIN
 * @property {number} seek_count
 * @property {number} switches
 * @property {number | null} bitrate_avg_bps
 * @property {number} hidden_ms
 * @property {number} ad_ms
 */

/** Unpacks groups of `width` numbers. @param {number[]} flat @param {number} width */
function* groups(flat, width) {
  for (let at = 0; at + width <= flat.length; at += width) yield flat.slice(at, at + width);
}

/**
 * Where attempts begin and end: from each `intent` mark to the next `over` mark or `ended` event.
 * @param {Recorded} record @param {number} until the record's end, or the page's
 */
export function attempts(record, until) {
  const found = [];
  /** @type {number | null} */
  let from = null;
  for (const [at, name] of record.events) {
    if (name === 'intent' && from === null) from = at;
    else if ((name === 'over' || name === 'ended') && from !== null) {
      found.push({ from, to: at });
      from = null;
    }
  }
  if (from !== null) found.push({ from, to: until });
  return found;
}

/**
 * @param {Recorded} record
 * @param {{from: number, to: number}} attempt
 * @param {(height: number) => number | null} averageOf the declared average bandwidth of a picture of that height
 * @returns {Truth}
 */
export function truth(record, { from, to }, averageOf) {
  // Until another source loads, the one before is still to be seen.
  const loads = Math.max(from, ...record.events.filter(([at, name]) => name === 'loadstart' && at >= from && at <= to).map(([at]) => at));
  const frames = [...groups(record.frames, 3)].filter(([at]) => at > loads && at <= to).map(([at, media, height]) => ({ at, media, height }));
  const events = record.events.filter(([at]) => at >= from && at <= to);
  const samples = [...groups(record.samples, SAMPLE_WIDTH)].filter(([at]) => at >= loads && at <= to).map(([at, position, ahead, flags, rate, height]) => ({ at, position, ahead, flags, rate, height }));

  // A picture of a video that does not play yet is a poster, however it came onto the screen.
  // An element that is emptied pauses without a word.
  const plays = (/** @type {number} */ at) => record.events.findLast(([since, name]) => since <= at && (name === 'play' || name === 'pause' || name === 'emptied'))?.[1] === 'play';
  const framed = frames.find(({ at }) => plays(at))?.at ?? null;
  // A hidden page, and sound alone, have no frames; there the playhead's first advance stands for one.
  const advanced = frames.length === 0 || events.some(([at, name]) => name === 'hidden' && (framed === null || at < framed)) ? firstAdvance(samples) : null;
  const started = framed === null || (advanced !== null && advanced < framed) ? advanced : framed;
  const seeks = soughtSpans(events, samples, frames, to);
  // Ads are not content: nothing of them is in a number of the content.
  const ads = spansOf(events, 'ad', 'content', to);
  const inAd = (/** @type {number} */ at) => ads.some((ad) => ad.from <= at && at < ad.to);

  // What is not standing still, sought or paused is playing. Where the playhead moves by more than the time that passed (the clock of a
  // sound that was cut off catches up) it still moved only in that time.
  let hidden_ms = 0;
  /** @type {{at_ms: number, stall_ms: number, position: number}[]} */
  const stalls = [];
  let idle = 0;
  /** @type {{from: number, to: number}[]} */
  const resuming = [];
  if (started !== null) {
    let last = { at: started, position: positionAt(samples, started), flags: 0 };
    let before = { at: started, position: positionAt(samples, started), flags: 0, rate: 1 };
    for (const sample of samples) {
      if (sample.at <= started) continue;
      const moved = sample.position - before.position;
      if (sample.flags & HIDDEN && before.flags & HIDDEN) hidden_ms += sample.at - before.at;
      // Where the playhead is put while it seeks, be it over a gap or out of a stall, it has not played to.
      if ((moved > 0 && (sample.flags & SEEKING) === 0) || sample === samples.at(-1)) {
        const playing = Math.min(sample.at - before.at, Math.max(0, moved) / (sample.rate || before.rate || 1));
        const end = sample.at - playing;
        if (end - last.at >= STILL_MS_MIN) {
          for (const span of wanted(events, seeks, last, end)) {
            if (span.to - span.from < STILL_MS_MIN || inAd(span.from)) continue;
            // A picture is on the screen, the first or that of the place sought: a player takes a moment to move on from it. A longer one is
            // the tail of the seek, and after the first frame a lack of data.
            const sought = seeks.some(({ to }) => to === span.from);
            if ((sought || span.from === started) && span.to - span.from < STALL_MS_MIN) continue;
            // From `play` on a player with data takes its moment; nobody waits for data.
            if (sought) resuming.push(span);
            else if (span.resumes && (samples.find(({ at }) => at >= span.from)?.ahead ?? 0) >= STARVED_MS) resuming.push(span);
            else {
              const at_ms = span.from - from;
              const stall = stalls.at(-1);
              // A step that is shorter than a picture, and at once the next standstill: nothing went on.
              if (stall !== undefined && last.position - stall.position < ADVANCE_MS && at_ms - stall.at_ms - stall.stall_ms < STILL_MS_MIN) stall.stall_ms = span.to - from - stall.at_ms;
              else stalls.push({ at_ms, stall_ms: span.to - span.from, position: before.position });
            }
          }
        }
        last = sample;
      }
      before = sample;
    }
    idle = covered([...seeks, ...resuming, ...ads, ...spansOf(events, 'pause', 'play', to)], started, to);
  }
  const play_ms = started === null ? 0 : to - started - idle - stalls.reduce((sum, { stall_ms }) => sum + stall_ms, 0);

  // What is on the screen: frame by frame; while the page is hidden there are none, and the element's own size has to do. How much media a
  // picture stood for the playhead says: a picture is given to the screen up to a picture's time before its own media time.
  // Where the playhead is put while it seeks, be it over a gap, it has not played to.
  const rendered_ms = played(samples);
  const standsAt = (/** @type {number} */ at) => {
    const after = samples.findIndex((sample) => sample.at >= at);
    const [next, last] = [samples[after], samples.at(after - 1)];
    if (after < 1) return rendered_ms.at(after) ?? 0;
    // The picture of a place sought is there as soon as the playhead is.
    if (seeks.some(({ to }) => to === at)) return rendered_ms[after];
    return rendered_ms[after - 1] + ((rendered_ms[after] - rendered_ms[after - 1]) * (at - last.at)) / (next.at - last.at);
  };
  const apart = [...ads, ...seeks].sort((a, b) => a.from - b.from);
  // Of a picture across whose time an ad or a seek begins or ends, only the part outside.
  const contentOf = (/** @type {number} */ from, /** @type {number} */ to) => {
    let begin = from;
    let media = 0;
    for (const span of apart) {
      if (span.to <= begin || span.from > to) continue;
      if (span.from > begin) media += standsAt(span.from) - standsAt(begin);
      if (span.to >= to) return media;
      begin = span.to;
    }
    return media + standsAt(to) - standsAt(begin);
  };
  const seen = [
    ...frames.filter(({ at }) => started !== null && at >= started).map(({ at, height }) => ({ at, height })),
    ...samples.filter(({ at, flags }) => started !== null && at >= started && flags & HIDDEN).map(({ at, height }) => ({ at, height })),
  ].sort((a, b) => a.at - b.at);
  // The last picture stands until the end.
  const [last, shown] = [samples.at(-1), seen.at(-1)];
  if (last !== undefined && shown !== undefined && last.at > shown.at) seen.push({ ...shown, at: last.at });
  let switches = 0;
  let weighted = 0;
  let rendered = 0;
  let known = true;
  for (const [index, frame] of seen.entries()) {
    const next = seen[index + 1];
    if (next === undefined) break;
    if (next.height !== frame.height) switches += 1;
    const media = contentOf(frame.at, next.at);
    if (media <= 0) continue;
    const average = averageOf(frame.height);
    if (average === null) known = false;
    else weighted += average * media;
    rendered += media;
  }
  return {
    intentAt: from,
    endAt: to,
    startup_any_ms: started === null ? null : started - from,
    play_ms,
    stalls: stalls.map(({ at_ms, stall_ms }) => ({ at_ms, stall_ms })),
    // Seeks less than a second apart are one scrub.
    seek_count: seeks.filter((seek, index) => started !== null && seek.from >= started && seek.from - (seeks[index - 1]?.to ?? -Infinity) >= SCRUB_MS).length,
    switches,
    bitrate_avg_bps: known && rendered > 0 ? weighted / rendered : null,
    hidden_ms,
    ad_ms: ads.reduce((sum, ad) => sum + ad.to - ad.from, 0),
  };
}

/** From each event `begin` to the next `over`. @param {[number, string][]} events @param {string} begin @param {string} over @param {number} end */
function spansOf(events, begin, over, end) {
  /** @type {{from: number, to: number}[]} */
  const spans = [];
  /** @type {number | null} */
  let from = null;
  for (const [at, name] of events) {
    if (name === begin) from ??= at;
    else if (name === over && from !== null) {
      spans.push({ from, to: at });
      from = null;
    }
  }
  if (from !== null) spans.push({ from, to: end });
  return spans;
}

/** How much of [from, to] the spans cover together. @param {{from: number, to: number}[]} spans @param {number} from @param {number} to */
function covered(spans, from, to) {
  let at = from;
  let sum = 0;
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const begin = Math.max(at, span.from);
    const end = Math.min(to, span.to);
    if (end <= begin) continue;
    sum += end - begin;
    at = end;
  }
  return sum;
}

/** How much media was played up to each sample. @param {{at: number, position: number, flags: number}[]} samples */
function played(samples) {
  let sum = 0;
  return samples.map(({ at, position, flags }, index) => {
    const before = samples[index - 1] ?? { at, position };
    const moved = position - before.position;
    // More than a gap beyond what the time allows is a seek that was over before it could be read.
    if (moved > 0 && moved < at - before.at + GAP_MS && (flags & SEEKING) === 0) sum += moved;
    return sum;
  });
}

/** @param {{at: number, position: number}[]} samples */
function firstAdvance(samples) {
  for (const [index, sample] of samples.entries()) {
    const before = samples[index - 1];
    if (before !== undefined && sample.position > before.position) return sample.at - Math.min(sample.at - before.at, sample.position - before.position);
  }
  return null;
}

/** @param {{at: number, position: number}[]} samples @param {number} at */
function positionAt(samples, at) {
  return samples.findLast((sample) => sample.at <= at)?.position ?? 0;
}

/**
 * Seeks, each from its begin to the frame at the new place; without frames, until the playhead moves on from there or is paused.
 * @param {[number, string][]} events @param {{at: number, position: number, flags: number}[]} samples
 * @param {{at: number, media: number}[]} frames @param {number} end
 */
function soughtSpans(events, samples, frames, end) {
  /** @type {{from: number, to: number}[]} */
  const spans = [];
  for (const [at, name] of events) {
    if (name !== 'seeking') continue;
    const before = samples.findLast((sample) => sample.at < at && (sample.flags & SEEKING) === 0)?.position;
    const wanted = samples.find((sample) => sample.at >= at)?.position;
    if (before !== undefined && wanted !== undefined && Math.abs(wanted - before) < GAP_MS) continue;
    const last = spans.at(-1);
    if (last !== undefined && at <= last.to) {
      last.to = Math.max(last.to, tail(at));
      continue;
    }
    spans.push({ from: at, to: tail(at) });
  }
  return spans;

  function tail(/** @type {number} */ from) {
    const arrived = samples.find(({ at, flags }) => at > from && (flags & SEEKING) === 0);
    if (arrived === undefined) return end;
    const frame = frames.find(({ at, media }) => at > from && Math.abs(media - arrived.position) < NEAR_MS);
    if (frame !== undefined && frame.at < arrived.at + NEAR_MS) return Math.max(frame.at, from);
    /** @type {number | null} */
    let base = null;
    for (const { at, position, flags } of samples) {
      if (at <= from || flags & SEEKING) continue;
      if (flags & (PAUSED | ENDED)) return at;
      base ??= position;
      if (position - base >= ADVANCE_MS) return at;
    }
    return end;
  }
}

/**
 * The parts of a standstill in which playback was wanted and nothing was sought.
 * @param {[number, string][]} events @param {{from: number, to: number}[]} seeks
 * @param {{at: number, flags: number}} begin @param {number} end
 */
function wanted(events, seeks, begin, end) {
  /** @type {{from: number, to: number, resumes: boolean}[]} */
  const spans = [];
  let resumes = false;
  let open = (begin.flags & (PAUSED | SEEKING | ENDED)) === 0 ? begin.at : null;
  // A step over a gap is no seek: the wait goes on through it.
  const sought = (/** @type {number} */ at) => seeks.some(({ from, to }) => from <= at && at <= to);
  const within = events.filter(([at, name]) => at > begin.at && at < end && (name === 'pause' || name === 'play' || (name === 'seeking' && sought(at))));
  const ends = seeks.filter(({ to }) => to > begin.at && to < end).map(({ to }) => /** @type {[number, string]} */ ([to, 'sought']));
  let paused = (begin.flags & PAUSED) !== 0;
  let seeking = (begin.flags & SEEKING) !== 0 || seeks.some(({ from, to }) => from <= begin.at && begin.at < to);
  if (seeking) open = null;
  for (const [at, name] of [...within, ...ends].sort(([a], [b]) => a - b)) {
    if (name === 'pause') paused = true;
    else if (name === 'play') paused = false;
    else seeking = name === 'seeking';
    const wants = !paused && !seeking;
    if (!wants && open !== null) {
      spans.push({ from: open, to: at, resumes });
      open = null;
    } else if (wants && open === null) {
      open = at;
      resumes = name === 'play';
    }
  }
  if (open !== null) spans.push({ from: open, to: end, resumes });
  return spans;
}
