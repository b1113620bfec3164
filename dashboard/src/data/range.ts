// Here lives what a named range means at a given moment: begin, end, how often it is worth asking again, which bucket
// lengths suit it. Pure; the clock is an argument.
import type { RangeName, Route } from '../route.ts';
import { buckets, fromLocalText, INTERVAL_MS_ABOUT, INTERVALS, shift, startOf, type Interval } from '../zone.ts';

export interface Range {
  /** Begin, ms since 1970, inclusive. */
  start: number;
  /** End, ms since 1970, exclusive. */
  end: number;
  /** Whether it ends now, so that its last bucket is still filling. */
  live: boolean;
  /** Time between two refreshes, ms; null when the past does not change any more. */
  refreshMs: number | null;
}

export const RANGE_TITLES: Record<RangeName, string> = {
  last_hour: 'Last hour',
  today: 'Today',
  yesterday: 'Yesterday',
  '7d': '7 days',
  '28d': '28 days',
  custom: 'Custom',
};

/** "Now" moves in steps, so that panels asking in the same moment ask for the same range. */
const NOW_STEP_MS = 1_000;

export function rangeOf(route: Pick<Route, 'range' | 'from' | 'to' | 'zone'>, now: number): Range {
  const end = Math.ceil(now / NOW_STEP_MS) * NOW_STEP_MS;
  const today = startOf(now, 'day', route.zone);
  const daysBack = (days: number) => shift(today, 'day', -days, route.zone);
  switch (route.range) {
    case 'last_hour':
      return { start: end - 3_600_000, end, live: true, refreshMs: 5_000 };
    case 'today':
      // The first second of a day has a range too.
      return { start: today, end: Math.max(end, today + NOW_STEP_MS), live: true, refreshMs: 5_000 };
    case 'yesterday':
      return { start: daysBack(1), end: today, live: false, refreshMs: null };
    case '7d':
      return { start: daysBack(6), end, live: true, refreshMs: 15_000 };
    case '28d':
      return { start: daysBack(27), end, live: true, refreshMs: 60_000 };
    case 'custom': {
      const from = fromLocalText(route.from ?? '', route.zone);
      const to = fromLocalText(route.to ?? '', route.zone);
      if (from === null || to === null || to <= from)
        return { start: today, end: Math.max(end, today + NOW_STEP_MS), live: true, refreshMs: 5_000 };
      const live = to > now;
      return { start: from, end: live ? Math.max(end, from + NOW_STEP_MS) : to, live, refreshMs: live ? 15_000 : null };
    }
  }
}

/** With fewer attempts a bucket on average, longer ones are chosen: points all interval and no shape say nothing. */
const BUCKET_ATTEMPTS_MIN = 20;
/** But never so long that fewer buckets remain. */
const BUCKETS_MIN = 6;

/** The bucket length that suits a range when nobody chose one, and when known, how many attempts it holds. */
export function intervalFor(range: Pick<Range, 'start' | 'end'>, attempts: number | null = null): Interval {
  let interval = intervalForLength(range);
  if (attempts === null) return interval;
  const count = (of: Interval) => (range.end - range.start) / INTERVAL_MS_ABOUT[of];
  for (const longer of INTERVALS.slice(INTERVALS.indexOf(interval) + 1)) {
    if (attempts / count(interval) >= BUCKET_ATTEMPTS_MIN || count(longer) < BUCKETS_MIN) break;
    interval = longer;
  }
  return interval;
}

/** Most points of a line as small as a word. */
const SPARK_POINTS_MAX = 60;

/** The bucket length of such a line. */
export const sparkIntervalFor = ({ start, end }: Pick<Range, 'start' | 'end'>): Interval =>
  INTERVALS.find((interval) => (end - start) / INTERVAL_MS_ABOUT[interval] <= SPARK_POINTS_MAX) ?? 'month';

function intervalForLength({ start, end }: Pick<Range, 'start' | 'end'>): Interval {
  const hours = (end - start) / 3_600_000;
  if (hours <= 2) return 'minute';
  if (hours <= 8) return '5min';
  if (hours <= 8 * 24) return 'hour';
  if (hours <= 120 * 24) return 'day';
  return 'week';
}

/** Lengths worth offering: at least two buckets, at most 1,500. */
export function intervalsFor(range: Pick<Range, 'start' | 'end'>): Interval[] {
  return INTERVALS.filter((interval) => {
    const count = (range.end - range.start) / INTERVAL_MS_ABOUT[interval];
    return (count > 1 && count <= 1_500) || interval === intervalForLength(range);
  });
}

/** A bucket of the chart: where it begins and ends, and whether the range cuts it. */
export interface Bucket {
  start: number;
  end: number;
  partial: boolean;
}

/** Every bucket of the range, those at its ends marked partial when the range (or the present) cuts them. */
export function bucketsOf(range: Pick<Range, 'start' | 'end'>, interval: Interval, zone: string): Bucket[] {
  return buckets(range.start, range.end, interval, zone).map((start) => {
    const end = shift(start, interval, 1, zone);
    return { start, end, partial: start < range.start || end > range.end };
  });
}
