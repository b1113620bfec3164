// Here live the words for a comparison: verdict, colour role, sentence. Invariant: the role `worse`, the only one drawn in
// red, is given to the verdict `worse` and to nothing else. Whether a change is worse is the server's to say, never computed here.
import type { Better, Comparison, Unit, Value, Verdict } from '../api-types.ts';
import type { Baseline, Route } from '../route.ts';
import { cohortText } from './filter.ts';
import type { Range } from './range.ts';
import * as format from '../format.ts';
import { weekday } from '../zone.ts';

/** What a verdict looks like: a role gives colour and icon. */
export type Role = 'worse' | 'better' | 'higher' | 'lower' | 'same' | 'unsure' | 'provisional' | 'refused';

export interface VerdictWords {
  role: Role;
  /** One or two words for a card. */
  short: string;
  /** The verdict as a clause of a sentence. */
  clause: string;
}

const WORDS: Record<string, VerdictWords> = {
  worse: { role: 'worse', short: 'Worse', clause: 'worse' },
  better: { role: 'better', short: 'Better', clause: 'better' },
  higher: { role: 'higher', short: 'Higher', clause: 'higher' },
  lower: { role: 'lower', short: 'Lower', clause: 'lower' },
  no_detectable_change: { role: 'same', short: 'No detectable change', clause: 'no detectable change' },
  insufficient_data: { role: 'unsure', short: 'Too little data', clause: 'too little data to tell' },
  provisional: { role: 'provisional', short: 'Provisional', clause: 'provisional: data is still arriving' },
  refused: { role: 'refused', short: 'No verdict', clause: 'no verdict is given' },
};

/** The words for a verdict; one a newer server added stands as it is, in a neutral role. */
export function verdictWords(verdict: Verdict): VerdictWords {
  const plain = verdict.replaceAll('_', ' ');
  return WORDS[verdict] ?? { role: 'unsure', short: plain, clause: plain };
}

/** What a comparison is judged on: how to write its numbers, and which way is better. */
export interface Judged {
  unit: Unit;
  better: Better;
}

/** The words for a comparison. Of a volume, of which neither direction is better, the server refuses a verdict although it
 * saw a change; then the direction is said, in the server's own numbers: an interval of the difference without 0. */
export function comparisonWords({ verdict, low, high }: Comparison, better: Better): VerdictWords {
  if (verdict === 'refused' && better === 'neither') {
    if (typeof low === 'number' && low > 0) return WORDS.higher!;
    if (typeof high === 'number' && high < 0) return WORDS.lower!;
  }
  return verdictWords(verdict);
}

/** Whether these words are about a change. */
export const isChange = ({ role }: VerdictWords): boolean => role === 'worse' || role === 'better' || role === 'higher' || role === 'lower';

export const BASELINE_TITLES: Record<Baseline, string> = {
  auto: 'Usual for this weekday',
  day_before: 'Day before',
  same_weekday_last_week: 'Same weekday last week',
  last_week: 'Last week',
  last_month: 'Last month',
  year_before: 'A year before',
  release: 'Before the latest release',
  industry: 'The industry',
  cohort: 'Other attempts…',
  none: 'No comparison',
};

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** The baseline as it is named beside a number: `the usual Friday`, `the day before`. */
export function baselinePhrase({ baseline, zone, cohort }: Pick<Route, 'baseline' | 'zone' | 'cohort'>, { start, end }: Pick<Range, 'start' | 'end'>): string {
  switch (baseline) {
    case 'auto':
      return weekday(start, zone) === weekday(end - 1, zone) && end - start <= 25 * 3_600_000
        ? `the usual ${WEEKDAYS[weekday(start, zone)]}`
        : 'the usual level';
    case 'day_before':
      return 'the day before';
    case 'same_weekday_last_week':
      return 'the same weekday last week';
    case 'last_week':
      return 'last week';
    case 'last_month':
      return 'last month';
    case 'year_before':
      return 'a year before';
    case 'release':
      return 'before the release';
    case 'industry':
      return 'the industry';
    case 'cohort':
      return cohortText(cohort);
    case 'none':
      return '';
  }
}

/** The change in one figure: relative where there is a reference to relate to, else absolute. */
export function changeText(comparison: Comparison, unit: Unit, locale: string): string {
  const { relative, difference } = comparison;
  if (typeof relative === 'number' && Number.isFinite(relative)) return format.relativeText(relative, locale);
  return typeof difference === 'number' ? format.differenceText(difference, unit, locale) : '';
}

/** `1.23 % (95 % interval 1.01–1.47 %)`, or why there is none. */
export function valueSentence(value: Value | undefined, unit: Unit, locale: string): string {
  if (!value || value.value === null) return value?.reason ? `not known: ${value.reason}` : 'not known';
  const written = format.text(value.value, unit, locale);
  return hasInterval(value) ? `${written} (95 % interval ${format.intervalText(value.low, value.high, unit, locale, value.value)})` : written;
}

/** Whether a value came with both ends of its interval. */
export function hasInterval(value: Value): value is Value & { value: number; low: number; high: number } {
  return typeof value.value === 'number' && typeof value.low === 'number' && typeof value.high === 'number';
}

/** Everything a comparison says, one fact a line: verdict, sizes, certainty, parts, days. For tooltips and screen readers. */
export function explain(comparison: Comparison, { unit, better }: Judged, against: string, locale: string): string[] {
  const { reference, difference, low, high, rateEffect, mixEffect, effectReason, minimumDetectable, reason } = comparison;
  const { pValue, adjustedPValue, referenceDays, excludedDays, industry } = comparison;
  const lines: string[] = [];
  const words = comparisonWords(comparison, better);
  const change = changeText(comparison, unit, locale);
  const there = typeof reference === 'number' ? ` (${format.text(reference, unit, locale)})` : '';
  const moved = isChange(words);
  lines.push(
    moved
      ? `${words.short} than ${against}${there}${change ? `: ${change}` : ''}.`
      : `Against ${against}${there}: ${words.clause}${change ? `, ${change}` : ''}.`,
  );
  if (typeof difference === 'number') {
    const interval =
      typeof low === 'number' && typeof high === 'number'
        ? ` (95 % interval ${format.differenceText(low, unit, locale)} to ${format.differenceText(high, unit, locale)})`
        : '';
    const adjusted = typeof adjustedPValue === 'number' ? `, adjusted for the table ${format.pValueText(adjustedPValue, locale)}` : '';
    const p = typeof pValue === 'number' ? `, ${format.pValueText(pValue, locale)}${adjusted}` : '';
    lines.push(`Difference ${format.differenceText(difference, unit, locale)}${interval}${p}.`);
  }
  if (reason) lines.push(format.sentence(reason));
  if (industry)
    lines.push(`The middle half of the industry lies at ${format.intervalText(industry.p25, industry.p75, unit, locale, industry.p50)}, in the week from ${industry.start.slice(0, 10)}.`);
  if (!moved && typeof minimumDetectable === 'number')
    lines.push(`The smallest difference this much data can show is ${format.differenceText(Math.abs(minimumDetectable), unit, locale).replace('+', '')}.`);
  if (typeof rateEffect === 'number' && typeof mixEffect === 'number')
    lines.push(
      `Same audience, other quality: ${format.differenceText(rateEffect, unit, locale)}. Other audience: ${format.differenceText(mixEffect, unit, locale)}.`,
    );
  else if (effectReason && moved) lines.push(`Not split into quality and audience: ${effectReason}.`);
  if (referenceDays && referenceDays.length > 0) lines.push(`Compared with ${referenceDays.join(', ')}.`);
  if (excludedDays && excludedDays.length > 0)
    lines.push(`Left out: ${excludedDays.map((day) => `${day.date} (${day.kind})`).join(', ')}.`);
  return lines;
}
