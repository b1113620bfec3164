// Here lives how conditions on attributes are typed in a form, row by row, and read from it. Pure.
import type { QueryFilter } from '../api-types.ts';
import type { Operator } from '../route.ts';

/** One condition as it is typed. */
export interface ConditionRow {
  attribute: string;
  operator: Operator;
  /** Values of `IN` with commas between; nothing is "not known". */
  text: string;
}

export const rowsOf = (filters: readonly QueryFilter[]): ConditionRow[] =>
  filters.map(({ attribute, operator, value }) => ({ attribute, operator, text: Array.isArray(value) ? value.map((each) => each ?? '').join(', ') : String(value ?? '') }));

export const filtersOf = (rows: readonly ConditionRow[]): QueryFilter[] =>
  rows.map(({ attribute, operator, text }) => {
    const known = (part: string) => part.trim() || null;
    return { attribute, operator, value: operator === 'IN' ? text.split(',').map(known) : known(text) };
  });
