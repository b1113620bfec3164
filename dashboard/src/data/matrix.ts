// Here lives how cells of two attributes become a table that may be coloured, and how far: by the verdict where there is one, else only as
// far as a cell's interval is sure to stand away from the whole. Pure.
import type { Comparison, QueryFilter, QueryRequest, QueryResult, Value } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import type { Route } from '../route.ts';
import { scope } from './question.ts';
import type { Range } from './range.ts';
import { comparisonWords, hasInterval, type Role } from './verdict.ts';

/** Rows and columns: with more nobody sees a shape, and the intervals of all would have to be wider. */
export const ROWS_MAX = 10;
export const COLUMNS_MAX = 5;
/** The confidence of each cell where it is held against the whole: of fifty cells all at once it is 95 % (Bonferroni). */
export const CELL_CONFIDENCE = 1 - 0.05 / (ROWS_MAX * COLUMNS_MAX);
/** Steps of a shade: few enough to be told apart. */
const SHADES = 3;

/** What a colour says. */
export type Tint = 'change' | 'level';

/** The values of an attribute with the most attempts; `null` is "not known". */
export function leadingQuestion(route: Route, range: Range, attribute: string, limit: number): QueryRequest {
  return { metrics: ['attempts'], dimensions: [attribute], orderBy: [{ name: 'attempts', order: 'DESC' }], limit, ...scope({ ...route, baseline: 'none' }, range) };
}

/** The leading values of an answer, and whether there are more. */
export function leadingOf({ rows, nextCursor }: QueryResult, attribute: string): { values: (string | null)[]; more: boolean } {
  return { values: rows.map(({ dimensions }) => dimensions[attribute] ?? null), more: nextCursor !== null };
}

const among = (attribute: string, values: (string | null)[]): QueryFilter => ({ attribute, operator: 'IN', value: values });

/** Every pair of those values; against the baseline, or each as sure as all of them need. */
export function matrixQuestion(route: Route, range: Range, rows: (string | null)[], columns: (string | null)[], tint: Tint): QueryRequest {
  const { by, and } = route as Route & { and: string };
  const { filters, ...about } = scope(tint === 'level' ? { ...route, baseline: 'none' } : route, range);
  return {
    metrics: [...new Set(['attempts', route.metric])],
    dimensions: [by, and],
    filters: [...(filters ?? []), among(by, rows), among(and, columns)],
    orderBy: [{ name: 'attempts', order: 'DESC' }],
    limit: rows.length * columns.length,
    ...(tint === 'level' ? { confidence: CELL_CONFIDENCE } : {}),
    ...about,
  };
}

export interface Cell {
  attempts: number;
  value: Value | null;
  comparison: Comparison | null;
  /** What it is coloured for; null: for nothing. */
  role: Role | null;
  /** How strongly, 1..=3; 0 without. */
  shade: number;
}

export interface Matrix {
  rows: (string | null)[];
  columns: (string | null)[];
  /** By row, then column; null: no attempt. */
  cells: (Cell | null)[][];
}

/** How far a value surely stands from the whole: what lies between their intervals, with its sign; 0 where they touch. */
export function sureDistance(value: Value | null | undefined, whole: Value | null | undefined): number {
  if (!value || !whole || !hasInterval(value) || !hasInterval(whole) || value.unreliable) return 0;
  if (value.low > whole.high) return value.low - whole.high;
  if (value.high < whole.low) return value.high - whole.low;
  return 0;
}

export function matrixOf(
  result: QueryResult,
  [by, and]: readonly [string, string],
  rows: (string | null)[],
  columns: (string | null)[],
  measure: Measure,
  baseline: string,
  tint: Tint,
  whole: Value | null,
): Matrix {
  const key = (row: string | null | undefined, column: string | null | undefined) => JSON.stringify([row ?? null, column ?? null]);
  const found = new Map(result.rows.map((row) => [key(row.dimensions[by], row.dimensions[and]), row]));
  const distances = result.rows.map((row) => Math.abs(sureDistance(row.values[measure.name], whole)));
  const farthest = Math.max(0, ...distances);
  const cellOf = (row: string | null, column: string | null): Cell | null => {
    const answered = found.get(key(row, column));
    if (!answered) return null;
    const value = answered.values[measure.name] ?? null;
    const comparison = answered.comparisons?.[baseline]?.[measure.name] ?? null;
    const cell = { attempts: answered.values.attempts?.value ?? 0, value, comparison };
    if (tint === 'change') {
      const role = comparison ? comparisonWords(comparison, measure.better).role : null;
      const said = role === 'worse' || role === 'better' || role === 'higher' || role === 'lower';
      return { ...cell, role, shade: said ? 2 : 0 };
    }
    const distance = sureDistance(value, whole);
    return { ...cell, role: distance > 0 ? 'higher' : distance < 0 ? 'lower' : null, shade: distance === 0 ? 0 : Math.max(1, Math.ceil((SHADES * Math.abs(distance)) / farthest)) };
  };
  return { rows, columns, cells: rows.map((row) => columns.map((column) => cellOf(row, column))) };
}

/** The neighbour that an arrow key leads to, among cells that are there; null where there is none. */
export function neighbour({ cells }: Matrix, [row, column]: readonly [number, number], key: string): [number, number] | null {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  if (step) {
    for (let [r, c] = [row + step[0]!, column + step[1]!]; cells[r]?.[c] !== undefined; r += step[0]!, c += step[1]!) if (cells[r]![c]) return [r, c];
    return null;
  }
  const line = cells[row] ?? [];
  const at = key === 'Home' ? line.findIndex(Boolean) : key === 'End' ? line.findLastIndex(Boolean) : -1;
  return at < 0 ? null : [row, at];
}

/** The first cell that is there, where the keyboard enters. */
export function entry({ cells }: Matrix): [number, number] | null {
  const row = cells.findIndex((line) => line.some(Boolean));
  return row < 0 ? null : [row, cells[row]!.findIndex(Boolean)];
}
