// Here lives how a number, a difference or a moment is written for people: by the unit the catalogue gives it, in the
// reader's locale. Never by a metric's name. Pure; locale and zone are arguments.
import type { Unit } from './api-types.ts';
import type { Interval } from './zone.ts';

/** A number and its unit apart, so that a headline can set them apart. `unit` is empty where the number says it all. */
export interface Written {
  number: string;
  unit: string;
}

/** How numbers of about one size are written: what to divide by, what to call it, how many decimals. */
export interface Scale {
  divisor: number;
  unit: string;
  decimals: number;
  compact: boolean;
}

export const NOTHING = '–';
const NARROW = '\u202f'; // a no-break narrow space between a number and its unit
const MINUS = '−';

/** Decimals that leave about three figures, never more than `most`. */
function decimalsFor(size: number, most: number): number {
  if (size === 0 || size >= 100) return 0;
  if (size >= 10) return Math.min(1, most);
  if (size >= 1) return Math.min(2, most);
  return most;
}

/** The scale that suits `magnitude` (in the catalogue's unit). */
export function scaleOf(unit: Unit, magnitude: number): Scale {
  const size = Math.abs(magnitude);
  const of = (divisor: number, name: string, most: number): Scale => ({
    divisor,
    unit: name,
    decimals: decimalsFor(size / divisor, most),
    compact: false,
  });
  switch (unit) {
    case 'ratio': {
      const percent = size * 100;
      return { divisor: 0.01, unit: '%', decimals: percent >= 10 ? 1 : percent >= 0.095 || percent === 0 ? 2 : 3, compact: false };
    }
    case 'ms':
      if (size < 999.5) return { ...of(1, 'ms', 0), decimals: 0 };
      if (size < 59_950) return of(1_000, 's', 2);
      if (size < 3_600_000) return of(60_000, 'min', 1);
      return { ...of(3_600_000, 'h', 1), compact: size >= 3.6e12 };
    case 'bps':
      if (size < 999_500) return { ...of(1_000, 'kbit/s', 0), decimals: 0 };
      if (size < 999.5e6) return of(1e6, 'Mbit/s', 2);
      return of(1e9, 'Gbit/s', 2);
    case 'per_hour':
      return of(1, '/h', 2);
    case 'viewers':
      return { divisor: 1, unit: '', decimals: size > 0 && size < 10 ? 1 : 0, compact: size >= 1e6 };
    case 'count':
      return { divisor: 1, unit: '', decimals: 0, compact: size >= 1e6 };
    case 'bytes': {
      const names = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
      const step = Math.min(names.length - 1, size < 1 ? 0 : Math.floor(Math.log10(size) / 3));
      const scale = of(1000 ** step, names[step]!, 2);
      return step === 0 ? { ...scale, decimals: 0 } : scale;
    }
    default:
      // A unit of a newer server: the plain number with its word.
      return of(1, unit.replaceAll('_', ' '), 2);
  }
}

const numberFormats = new Map<string, Intl.NumberFormat>();

function numberFormat(locale: string, decimals: number, compact: boolean): Intl.NumberFormat {
  const key = `${locale}|${decimals}|${compact}`;
  let format = numberFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(
      locale,
      compact
        ? { notation: 'compact', maximumSignificantDigits: 4 }
        : { minimumFractionDigits: decimals, maximumFractionDigits: decimals },
    );
    numberFormats.set(key, format);
  }
  return format;
}

/** `value` on a given scale, without the unit. Never "−0". */
export function writeNumber(value: number, scale: Scale, locale: string): string {
  const scaled = value / scale.divisor;
  const rounded = Math.abs(scaled) < 0.5 * 10 ** -scale.decimals ? 0 : scaled;
  return numberFormat(locale, scale.decimals, scale.compact).format(rounded).replace('-', MINUS);
}

/** Number and unit apart. */
export function write(value: number, unit: Unit, locale: string, scale = scaleOf(unit, value)): Written {
  return { number: writeNumber(value, scale, locale), unit: scale.unit };
}

/** `1.24 s`, `0.81 %`, `18,402`; a dash for null. */
export function text(value: number | null | undefined, unit: Unit, locale: string, scale?: Scale): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  const written = write(value, unit, locale, scale ?? scaleOf(unit, value));
  return written.unit ? `${written.number}${NARROW}${written.unit}` : written.number;
}

/** `1.18–1.32 s`: both ends on one scale, that of the value they belong to. */
export function intervalText(low: number, high: number, unit: Unit, locale: string, about = high): string {
  let scale = scaleOf(unit, about);
  // An interval narrower than the last decimal would read "0.81–0.81".
  for (let more = 0; more < 2 && low !== high && writeNumber(low, scale, locale) === writeNumber(high, scale, locale); more++)
    scale = { ...scale, decimals: scale.decimals + 1, compact: false };
  const ends = `${writeNumber(low, scale, locale)}–${writeNumber(high, scale, locale)}`;
  return scale.unit ? `${ends}${NARROW}${scale.unit}` : ends;
}

const signed = (value: number, written: string) => (value > 0 && /[1-9]/.test(written) ? `+${written}` : written);

/** A difference with its sign. Of shares in percentage points, `+0.42 pp`; else in the unit itself. */
export function differenceText(difference: number, unit: Unit, locale: string, scale = scaleOf(unit, difference)): string {
  const written = writeNumber(difference, scale, locale);
  const name = unit === 'ratio' ? 'pp' : scale.unit;
  return signed(difference, name ? `${written}${NARROW}${name}` : written);
}

/** A relative change with its sign: `+52 %`, `−3.1 %`. */
export function relativeText(relative: number, locale: string): string {
  const percent = Math.abs(relative * 100);
  const scale: Scale = { divisor: 0.01, unit: '%', decimals: percent >= 10 ? 0 : 1, compact: percent >= 1e5 };
  return signed(relative, `${writeNumber(relative, scale, locale)}${NARROW}%`);
}

/** A part of a whole, for sentences: `41 %`, `4.1 %`. */
export function partText(part: number, locale: string): string {
  const percent = Math.abs(part * 100);
  return text(part, 'ratio', locale, { divisor: 0.01, unit: '%', decimals: percent >= 9.95 || percent === 0 ? 0 : 1, compact: false });
}

/** A clause of the server as a sentence of its own. */
export function sentence(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1) + (/[.!?]$/.test(clause) ? '' : '.');
}

/** A share of what there is, such as completeness: never rounded up to 100 %. */
export function completenessText(share: number, locale: string): string {
  const floored = Math.floor(Math.min(1, Math.max(0, share)) * 1000) / 1000;
  return text(floored, 'ratio', locale, { divisor: 0.01, unit: '%', decimals: floored === 1 ? 0 : 1, compact: false });
}

/** A probability: `p = 0.03`, `p < 0.001`. */
export function pValueText(p: number, locale: string): string {
  const scale: Scale = { divisor: 1, unit: '', decimals: p < 0.1 ? 3 : 2, compact: false };
  return p < 0.001 ? `p < ${writeNumber(0.001, scale, locale)}` : `p = ${writeNumber(p, scale, locale)}`;
}

/** A length of time inside one attempt: `0:07`, `12:03.250` where `precise`, `1:02:03`. */
export function clockText(ms: number, precise = false): string {
  const whole = precise ? Math.round(ms) : Math.round(ms / 1000) * 1000;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor(whole / 60_000) % 60;
  const seconds = Math.floor(whole / 1_000) % 60;
  const pad = (value: number, length = 2) => String(value).padStart(length, '0');
  const fraction = precise ? `.${pad(whole % 1_000, 3)}` : '';
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds)}${fraction}` : `${minutes}:${pad(seconds)}${fraction}`;
}

// ---- moments

const dateFormats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${zone}|${JSON.stringify(options)}`;
  let format = dateFormats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    dateFormats.set(key, format);
  }
  return format;
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const DAY: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' };

/** What a bucket is called: `Fri, Nov 20, 14:00`, `Fri, Nov 20`, `November 2026`. */
export function bucketText(ms: number, interval: Interval, zone: string, locale: string): string {
  switch (interval) {
    case 'month':
      return dateFormat(locale, zone, { month: 'long', year: 'numeric' }).format(ms);
    case 'week':
      return `week of ${dateFormat(locale, zone, DAY).format(ms)}`;
    case 'day':
      return dateFormat(locale, zone, DAY).format(ms);
    default:
      return dateFormat(locale, zone, { ...DAY, ...CLOCK }).format(ms);
  }
}

/** A tick of a time axis whose ticks are `stepMs` apart: the time within a day, to the second where ticks are, the date from a day on or at
 * midnight. */
export function tickText(ms: number, stepMs: number, zone: string, locale: string): string {
  if (stepMs < 60_000) return timeOfDayText(ms, zone, locale);
  const clock = dateFormat(locale, zone, CLOCK).format(ms);
  if (stepMs >= 27 * 86_400_000) return dateFormat(locale, zone, { month: 'short', year: 'numeric' }).format(ms);
  if (stepMs >= 20 * 3_600_000 || clock === '00:00') return dateFormat(locale, zone, { day: 'numeric', month: 'short' }).format(ms);
  return clock;
}

/** A moment to the second: `Nov 20, 18:04:02`. */
export function momentText(ms: number, zone: string, locale: string): string {
  return dateFormat(locale, zone, { day: 'numeric', month: 'short', ...CLOCK, second: '2-digit' }).format(ms);
}

/** The time of day to the second. */
export function timeOfDayText(ms: number, zone: string, locale: string): string {
  return dateFormat(locale, zone, { ...CLOCK, second: '2-digit' }).format(ms);
}

/** The day of a moment: `Fri, Nov 20`. */
export function dayText(ms: number, zone: string, locale: string): string {
  return dateFormat(locale, zone, DAY).format(ms);
}

/** A range in words; the date once where both ends share it. */
export function rangeText(start: number, end: number, zone: string, locale: string): string {
  return dateFormat(locale, zone, { day: 'numeric', month: 'short', year: 'numeric', ...CLOCK }).formatRange(start, end);
}

/** Whole days in words, from the first to the last. */
export function daysText(first: number, last: number, zone: string, locale: string): string {
  return dateFormat(locale, zone, { day: 'numeric', month: 'short', year: 'numeric' }).formatRange(first, last);
}
