// Here lives the fixed data of the gallery: small, made by hand or by arithmetic, the same on every run. No chance, no clock.
import type { Adaptation, Comparison, DropOffResult, QueryResult, Timeline, Value, Verdict } from './api-types.ts';
import type { Measure } from './catalogue.ts';
import { marksOf } from './data/annotations.ts';
import { matrixOf, type Matrix, type Tint } from './data/matrix.ts';
import type { Point } from './data/series.ts';

export const ZONE = 'Europe/Vienna';
const HOUR = 3_600_000;
const START = Date.parse('2026-11-19T23:00:00Z');

export const measure = (over: Partial<Measure> = {}): Measure => ({
  name: 'rebuffer_ratio',
  title: 'Rebuffering',
  unit: 'ratio',
  better: 'lower',
  kind: 'ratio',
  metric: {
    name: 'rebuffer_ratio',
    title: 'Rebuffering',
    kind: 'ratio',
    unit: 'ratio',
    better: 'lower',
    definition: 'Σ stall time ÷ Σ (play + stall time).',
    nullRule: '',
    definitionVersion: 1,
    equivalents: [],
    names: ['rebuffer_ratio'],
  },
  ...over,
});

export function comparison(verdict: Verdict, relative: number | null = 0.52, reference = 0.0081): Comparison {
  const difference = relative === null ? 0.0042 : relative * reference;
  return { reference, difference, low: difference * 0.4, high: difference * 1.6, relative, pValue: 0.001, verdict, reason: '', referenceDays: [], minimumDetectable: 0.0011 };
}

export interface PointsOptions {
  count: number;
  level: number;
  /** Interval's half width as a share of the value. */
  spread: number;
  /** Buckets without data. */
  gaps?: number[];
  /** Buckets the server called worse; their value is raised by half. */
  worse?: number[];
  /** How many of the last buckets are partial. */
  partial?: number;
  baseline?: boolean;
}

export function points({ count, level, spread, gaps = [], worse = [], partial = 1, baseline = true }: PointsOptions): Point[] {
  return Array.from({ length: count }, (_, index) => {
    const start = START + index * HOUR;
    const gap = gaps.includes(index);
    const wave = level * (1 + 0.12 * Math.sin(index / 2.2) + 0.05 * Math.cos(index * 1.7));
    const value = gap ? null : wave * (worse.includes(index) ? 1.5 : 1);
    const source: Value | null = gap ? { value: null, reason: 'no attempt in scope played or stalled' } : null;
    return {
      start,
      end: start + HOUR,
      partial: index >= count - partial,
      value,
      low: value === null ? null : value * (1 - spread),
      high: value === null ? null : value * (1 + spread),
      reference: baseline ? level : null,
      attempts: gap ? 0 : 120,
      source,
      comparison: baseline && !gap ? comparison(worse.includes(index) ? 'worse' : 'no_detectable_change', 0.5, level) : null,
    };
  });
}

/** Readings of an effect: the interval narrows, and leaves 0 out from the sixth on. */
export const readings: Point[] = [0.004, -0.0015, -0.002, -0.0028, -0.0024, -0.0026, -0.0027, -0.0026].map((difference, index) => {
  const half = 0.012 / (1 + index) ** 0.9;
  const [low, high] = [difference - half, difference + half];
  const found = { reference: 0.009, difference, low, high, reason: '', referenceDays: [], verdict: high < 0 ? ('better' as const) : ('no_detectable_change' as const) };
  const start = START + index * 3 * HOUR;
  return { start, end: start + 3 * HOUR, partial: false, value: difference, low, high, reference: 0, attempts: 900 * (index + 1), source: null, comparison: found };
});

const annotation = (kind: string, start: string, title: string) => ({ id: title, kind, start, title, filters: [], createdAt: start, updatedAt: start });

export const marks = marksOf(
  [
    annotation('holiday', '2026-11-20', 'Day of the archive'),
    annotation('release', '2026-11-20T07:00:00Z', 'Player 8.1.0'),
    annotation('incident', '2026-11-20T13:00:00Z', 'A CDN is slow'),
  ],
  ZONE,
);

/** Bins 2 % wide around 1.2 s, with a second hump at 3.6 s of that height. */
const humps = (second: number, times: number) => {
  const list = Array.from({ length: 200 }, (_, index) => {
    const from = 150 * 1.02 ** index;
    const hump = (middle: number, width: number, height: number) => height * Math.exp(-((Math.log(from / middle) / width) ** 2));
    return { from, to: from * 1.02, count: Math.round(times * (hump(1_200, 0.5, 80) + hump(3_600, 0.25, second))) };
  });
  return { bins: list, count: list.reduce((sum, { count }) => sum + count, 0) };
};
export const bins = humps(14, 1);
/** The baseline's: six times as many, with less of a second hump. */
export const binsBefore = humps(4, 6);

export const timeline: Timeline = {
  states: [
    { fromMs: 0, toMs: 912, state: 's' },
    { fromMs: 912, toMs: 21_000, state: 'p' },
    { fromMs: 21_000, toMs: 24_010, state: 'r' },
    { fromMs: 24_010, toMs: 40_000, state: 'p' },
    { fromMs: 40_000, toMs: 40_800, state: 'k' },
    { fromMs: 40_800, toMs: 58_000, state: 'p' },
    { fromMs: 58_000, toMs: 68_000, state: 'a' },
    { fromMs: 68_000, toMs: 78_000, state: null },
    { fromMs: 78_000, toMs: 96_000, state: 'p' },
    { fromMs: 96_000, toMs: 98_400, state: 'r' },
    { fromMs: 98_400, toMs: 98_400, state: 'f' },
  ],
  stalls: [
    { fromMs: 21_000, toMs: 24_010, stallMs: 3_010, cause: 'network' },
    { fromMs: 96_000, toMs: 98_400, stallMs: 2_400, cause: 'network' },
  ],
  renditions: [
    { fromMs: 912, toMs: 12_000, bitrateBps: 1_200_000, width: 854, height: 480 },
    { fromMs: 12_000, toMs: 24_010, bitrateBps: 4_800_000, width: 1920, height: 1080 },
    { fromMs: 24_010, toMs: 78_000, bitrateBps: 800_000, width: 640, height: 360 },
    { fromMs: 78_000, toMs: 98_400, bitrateBps: null, width: 1280, height: 720 },
  ],
  seeks: [{ fromMs: 40_000, toMs: 40_800, seekMs: 800, fromPositionMs: 38_000, toPositionMs: 120_000 }],
  errors: [
    { atMs: 21_400, class: 'segment', code: 'fragLoadTimeOut', fatal: false, message: '', context: '', repeatCount: 0 },
    { atMs: 98_400, class: 'segment', code: 'fragLoadError', fatal: true, message: '', context: '', repeatCount: 0 },
  ],
  requests: Array.from({ length: 16 }, (_, i) => ({
    fromMs: 300 + i * 6_000,
    toMs: 1_200 + i * 6_000 + (i % 5) * 300,
    bytes: 1_500_000,
    ttfbMs: 40,
    durationMs: 900 + (i % 5) * 300,
  })),
  buffer: Array.from({ length: 50 }, (_, i) => ({ atMs: i * 2_000, bufferMs: i === 10 || i === 11 || i === 48 ? 0 : 9_000 + 5_000 * Math.sin(i / 7) })),
  visibility: [
    { atMs: 59_000, hidden: true },
    { atMs: 66_000, hidden: false },
  ],
  suspensions: [],
  firstFrameMs: 912,
  endMs: 98_400,
  eventsDropped: 0,
};

/** Two CDNs, one not known, by three players: a cell far above the whole, one a little, one as far but unsure, one without attempts. */
export const matrix = (tint: Tint): Matrix => {
  const values: [string | null, string, number, number, Verdict][] = [
    ['cdn-a', '8.0.3', 0.008, 0.0006, 'no_detectable_change'],
    ['cdn-a', '8.1.0', 0.0109, 0.0006, 'higher'],
    ['cdn-a', 'a player with a long name', 0.0045, 0.0009, 'better'],
    ['cdn-b', '8.0.3', 0.0123, 0.0011, 'provisional'],
    ['cdn-b', '8.1.0', 0.031, 0.003, 'worse'],
    [null, '8.0.3', 0.034, 0.03, 'insufficient_data'],
  ];
  const rows = values.map(([cdn, player, value, half, verdict]) => ({
    dimensions: { cdn, player },
    values: { attempts: { value: Math.round(4 / half) }, rebuffer_ratio: { value, low: value - half, high: value + half } },
    comparisons: { auto: { rebuffer_ratio: comparison(verdict, value / 0.0081 - 1) } },
  }));
  const result = { rows, columns: [], nextCursor: null } as unknown as QueryResult;
  return matrixOf(result, ['cdn', 'player'], ['cdn-a', 'cdn-b', null], ['8.0.3', '8.1.0', 'a player with a long name'], measure(), 'auto', tint, { value: 0.0081, low: 0.0078, high: 0.0084 });
};

/** What the line gave each request of `timeline`: slower where it stalled. */
export const throughput: Adaptation['throughput'] = timeline.requests.map(({ fromMs, toMs }) => ({ atMs: toMs, throughputBps: fromMs > 18_000 && fromMs < 40_000 ? 950_000 : 5_200_000 - 40 * (toMs - fromMs) }));

/** Half leave by the middle; a scene at a third is played again, the end by the few who are left. */
export const dropOff: Pick<DropOffResult, 'points' | 'median'> = {
  points: Array.from({ length: 100 }, (_, index) => {
    const position = (index + 1) / 100;
    const value = 0.22 + 0.7 / (1 + Math.exp(10 * (position - 0.42)));
    const half = 0.015 + 0.05 * position;
    const rewatches = 0.02 + (Math.abs(index - 33) < 6 ? 0.3 : 0) + (index > 94 ? 0.12 : 0);
    return { position, atRisk: Math.round(900 * value), value, low: value - half, high: value + half, rewatches, rewatchesLow: 0.8 * rewatches - 0.01, rewatchesHigh: 1.2 * rewatches + 0.02 };
  }),
  median: 0.46,
};
