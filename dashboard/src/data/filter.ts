// Here lives how a condition on an attribute is said to people. Pure.
import type { Filter, Operator } from '../route.ts';

export const OPERATOR_WORDS: Record<Operator, string> = {
  EQ: 'is',
  NE: 'is not',
  IN: 'is one of',
  LT: '<',
  LTE: '≤',
  GT: '>',
  GTE: '≥',
  CONTAINS: 'contains',
  NOTCONTAINS: 'does not contain',
};

/** An attribute's value; null is "not known". */
export const valueText = (value: string | null | undefined): string => (value === null || value === undefined ? 'not known' : value || '(empty)');

/** The value of a condition: `AT`, `AT, DE`, `not known`. */
export const filterValueText = ({ value }: Filter): string => (Array.isArray(value) ? value.join(', ') : valueText(value));

/** Other attempts as they are named beside a number: `8.1.0`, `not 8.1.0`, `cdn-a and Chrome`. */
export const cohortText = (cohort: readonly Filter[]): string =>
  cohort
    .map((filter) => {
      if (filter.operator === 'NE' && filter.value === null) return 'known';
      const before = filter.operator === 'EQ' || filter.operator === 'IN' ? '' : filter.operator === 'NE' ? 'not ' : `${OPERATOR_WORDS[filter.operator]} `;
      return before + filterValueText(filter);
    })
    .join(' and ');
