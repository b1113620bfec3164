// Here lives how rows over time become what a chart draws: one point per bucket of the range, gaps where nothing is known,
// the reference beside each value. Pure.
import type { Comparison, QueryResult, Value } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import type { Bucket } from './range.ts';
import { hasInterval } from './verdict.ts';

export interface Point extends Bucket {
  /** Null: a gap. */
  value: number | null;
  low: number | null;
  high: number | null;
  /** Value of the baseline in the bucket that corresponds to this one. */
  reference: number | null;
  attempts: number | null;
  source: Value | null;
  comparison: Comparison | null;
}

/** One point per bucket, oldest first. A bucket the answer leaves out is a gap, except that a sum over no attempts is 0. */
export function pointsOf(result: QueryResult, buckets: readonly Bucket[], measure: Measure, baseline: string): Point[] {
  const rows = new Map(result.rows.map((row) => [Date.parse(row.time ?? ''), row]));
  return buckets.map((bucket) => {
    const row = rows.get(bucket.start);
    const source = row?.values[measure.name] ?? null;
    const comparison = row?.comparisons?.[baseline]?.[measure.name] ?? null;
    const none = !row && measure.kind === 'sum' ? 0 : null;
    return {
      ...bucket,
      partial: bucket.partial || row?.partial === true,
      value: source?.value ?? none,
      low: source && hasInterval(source) ? source.low : null,
      high: source && hasInterval(source) ? source.high : null,
      reference: comparison?.reference ?? null,
      attempts: row?.values.attempts?.value ?? source?.attempts ?? (row ? null : 0),
      source,
      comparison,
    };
  });
}

/** Whether there is anything to draw. */
export function hasPoints(points: readonly Point[]): boolean {
  return points.some(({ value, attempts }) => value !== null && (attempts ?? 0) > 0);
}

/** Columns for the chart, x in seconds. Whole buckets and partial ones are two lines that meet in the last whole point. */
export interface Columns {
  x: number[];
  whole: (number | null)[];
  partial: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  reference: (number | null)[];
}

export function columnsOf(points: readonly Point[]): Columns {
  const nextToPartial = (index: number) => points[index - 1]?.partial === true || points[index + 1]?.partial === true;
  return {
    x: points.map(({ start }) => start / 1000),
    whole: points.map(({ value, partial }) => (partial ? null : value)),
    partial: points.map(({ value, partial }, index) => (partial || nextToPartial(index) ? value : null)),
    low: points.map(({ low }) => low),
    high: points.map(({ high }) => high),
    reference: points.map(({ reference }) => reference),
  };
}

/** Buckets with less than this share of the median bucket's attempts do not stretch the value axis. */
const AXIS_WEIGHT_MIN = 0.25;

/** The value axis: holds every value that rests on a fair share of attempts, and its reference. What a bucket of two attempts
 * says may leave the picture, and so may an interval wider than it; neither may flatten everything else. From 0, unless all values lie far above it (a share between 93 and 96 % would be a flat line). */
export function axisOf(points: readonly Point[], measure: Pick<Measure, 'unit' | 'kind'>): [number, number] {
  const counts = points.map(({ attempts }) => attempts ?? 0).filter((count) => count > 0).sort((a, b) => a - b);
  const enough = AXIS_WEIGHT_MIN * (counts[Math.floor(counts.length / 2)] ?? 0);
  const weighty = points.filter(({ attempts }) => attempts === null || attempts >= enough);
  const values = weighty.flatMap(({ value, reference }) => [value, reference]).filter((value) => value !== null);
  if (values.length === 0) return [0, 1];
  const top = Math.max(...values);
  const bottom = Math.min(...values);
  const highs = weighty.map(({ high }) => high).filter((high) => high !== null);
  const lows = weighty.map(({ low }) => low).filter((low) => low !== null);
  const fromZero = measure.kind === 'sum' || measure.kind === 'distinct' || measure.kind === 'concurrency' || bottom < 0.6 * top;
  const reach = fromZero ? top : top - bottom || Math.abs(top) || 1;
  const high = Math.min(Math.max(top, ...highs), top + 0.6 * reach);
  const low = fromZero ? Math.min(0, bottom) : Math.max(Math.min(bottom, ...lows), bottom - 0.6 * reach);
  const room = 0.06 * (high - low || Math.abs(high) || 1);
  const cap = measure.unit === 'ratio' && high <= 1 ? 1 + 1e-9 : Number.POSITIVE_INFINITY;
  return [fromZero ? low : Math.max(0, low - room), Math.min(high + room, Math.max(cap, high)) || 1];
}

/** The series in one sentence, for those who do not see the canvas. */
export interface SeriesSummary {
  count: number;
  gaps: number;
  min: Point | null;
  max: Point | null;
  last: Point | null;
}

export function summaryOf(points: readonly Point[]): SeriesSummary {
  const known = points.filter(({ value }) => value !== null);
  const by = (better: (a: number, b: number) => boolean) =>
    known.reduce<Point | null>((best, point) => (best === null || better(point.value!, best.value!) ? point : best), null);
  return {
    count: known.length,
    gaps: points.length - known.length,
    min: by((a, b) => a < b),
    max: by((a, b) => a > b),
    last: known.at(-1) ?? null,
  };
}
