// Here lives how rows by one or two dimensions become a table with a common scale for its intervals. Pure.
import type { Comparison, Condition, QueryResult, Value } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';

export interface BreakdownRow {
  /** The cell: each dimension with its value. */
  cell: Condition[];
  attempts: number;
  /** Share of the largest row's attempts, 0..=1. */
  weight: number;
  value: Value | null;
  comparison: Comparison | null;
}

export interface Breakdown {
  rows: BreakdownRow[];
  /** Scale shared by all intervals of the column, so that they can be compared by eye. */
  domain: [number, number];
}

export function breakdownOf(result: QueryResult, by: readonly string[], measure: Measure, baseline: string): Breakdown {
  const rows = result.rows.map((row) => ({
    cell: by.map((attribute) => ({ attribute, value: row.dimensions[attribute] ?? null })),
    attempts: row.values.attempts?.value ?? 0,
    weight: 0,
    value: row.values[measure.name] ?? null,
    comparison: row.comparisons?.[baseline]?.[measure.name] ?? null,
  }));
  const most = Math.max(1, ...rows.map(({ attempts }) => attempts));
  for (const row of rows) row.weight = row.attempts / most;
  return { rows, domain: domainOf(rows) };
}

/** Holds every value and reference; intervals of tiny rows may be cut, they would squeeze all others. */
export function domainOf(rows: readonly { value: Pick<Value, 'value' | 'low' | 'high'> | null; comparison: Pick<Comparison, 'reference'> | null }[]): [number, number] {
  const points = rows.flatMap(({ value, comparison }) => [value?.value, comparison?.reference]).filter((point) => typeof point === 'number');
  if (points.length === 0) return [0, 1];
  const top = Math.max(...points);
  const bottom = Math.min(...points);
  const highs = rows.map(({ value }) => value?.high).filter((high) => typeof high === 'number');
  const lows = rows.map(({ value }) => value?.low).filter((low) => typeof low === 'number');
  const reach = top - bottom || Math.abs(top) || 1;
  const high = Math.min(Math.max(top, ...highs), top + 0.5 * reach);
  const low = Math.max(Math.min(bottom, ...lows), bottom - 0.5 * reach);
  const room = 0.04 * (high - low || 1);
  return [low - room, high + room];
}
