// Here lives calendar arithmetic in a named time zone: where an hour, day, week or month begins, and what a local time is
// in milliseconds since 1970. Pure: the zone and the moment are arguments. How a time is written for people is in format.ts.

/** Length of a time bucket, as `POST /v1/analytics/query` spells it. */
export type Interval = 'minute' | '5min' | 'hour' | 'day' | 'week' | 'month';

/** Intervals from short to long. */
export const INTERVALS: readonly Interval[] = ['minute', '5min', 'hour', 'day', 'week', 'month'];

const MINUTE_MS = 60_000;
const FIXED_MS: Partial<Record<Interval, number>> = { minute: MINUTE_MS, '5min': 5 * MINUTE_MS, hour: 60 * MINUTE_MS };

/** Roughly how long an interval is, ms; a month counts 30.44 days. For choosing, never for adding. */
export const INTERVAL_MS_ABOUT: Record<Interval, number> = {
  minute: MINUTE_MS,
  '5min': 5 * MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: 1440 * MINUTE_MS,
  week: 7 * 1440 * MINUTE_MS,
  month: 30.44 * 1440 * MINUTE_MS,
};

const formats = new Map<string, Intl.DateTimeFormat>();

function partsFormat(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** Whether this browser knows the zone. */
export function isZone(zone: string): boolean {
  try {
    partsFormat(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** A local time of a zone as if it were UTC: ms since 1970 read from the wall, not from the world. */
function wallOf(ms: number, zone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of partsFormat(zone).formatToParts(ms)) part[type] = Number(value);
  const wall = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
  return wall + (((ms % 1000) + 1000) % 1000);
}

/** The moment at which the zone's wall shows `wall`. Of a time shown twice (clocks put back) the first;
 * of a time never shown (clocks put forward) the moment as far after the gap's begin as it was meant to be. */
function momentOf(wall: number, zone: string): number {
  // A day's reach on both sides finds both offsets around a change of clocks.
  const before = wall - (wallOf(wall - 86_400_000, zone) - (wall - 86_400_000));
  const after = wall - (wallOf(wall + 86_400_000, zone) - (wall + 86_400_000));
  const fits = [before, after].filter((ms) => wallOf(ms, zone) === wall);
  return fits.length > 0 ? Math.min(...fits) : before;
}

/** The zone's weekday of a moment, 0 = Monday. */
export function weekday(ms: number, zone: string): number {
  return (new Date(wallOf(ms, zone)).getUTCDay() + 6) % 7;
}

/** Where the interval that holds `ms` begins in that zone. Weeks begin on Monday (ISO 8601). */
export function startOf(ms: number, interval: Interval, zone: string): number {
  const wall = wallOf(ms, zone);
  const fixed = FIXED_MS[interval];
  if (fixed !== undefined) {
    const offset = wall - ms;
    return Math.floor(wall / fixed) * fixed - offset;
  }
  const date = new Date(wall);
  let day = date.getUTCDate();
  if (interval === 'week') day -= (date.getUTCDay() + 6) % 7;
  if (interval === 'month') day = 1;
  return momentOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day), zone);
}

/** Where the interval `count` after the one beginning at `start` begins; `count` may be negative. */
export function shift(start: number, interval: Interval, count: number, zone: string): number {
  const fixed = FIXED_MS[interval];
  if (fixed !== undefined) return start + count * fixed;
  const date = new Date(wallOf(start, zone));
  const days = interval === 'day' ? count : interval === 'week' ? 7 * count : 0;
  const months = interval === 'month' ? count : 0;
  return momentOf(
    Date.UTC(
      date.getUTCFullYear(),
      date.getUTCMonth() + months,
      date.getUTCDate() + days,
      date.getUTCHours(),
      date.getUTCMinutes(),
    ),
    zone,
  );
}

/** Begins of every interval that touches [start, end). Empty when the range is. */
export function buckets(start: number, end: number, interval: Interval, zone: string): number[] {
  const begins: number[] = [];
  for (let at = startOf(start, interval, zone); at < end; at = shift(at, interval, 1, zone)) {
    begins.push(at);
    if (begins.length > 20_000) throw new RangeError(`more than 20,000 intervals of one ${interval}`);
  }
  return begins;
}

/** `2026-11-19T10:30`, the zone's wall time, as `<input type="datetime-local">` has it. */
export function localText(ms: number, zone: string): string {
  return new Date(wallOf(ms, zone)).toISOString().slice(0, 16);
}

/** The moment a wall time `2026-11-19T10:30` (or `2026-11-19`) means in the zone; null when it is no date. */
export function fromLocalText(text: string, zone: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
  const wall = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
  const date = new Date(wall);
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day || hour! > 23 || minute! > 59) return null;
  return momentOf(wall, zone);
}
