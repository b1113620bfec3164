// Here lives what came of an experiment as what is drawn and said: who got which arm, and every effect with its words. Pure. Which
// effect is sure, and in which direction it is better, is the server's to say.
import type { ArmComparison, ArmMetric, Comparison, Experiment, ExperimentResults, QueryRequest, Value } from '../api-types.ts';
import type { Catalogue, Measure } from '../catalogue.ts';
import * as format from '../format.ts';
import type { Interval } from '../zone.ts';
import type { Range } from './range.ts';
import { valueSentence, type Role } from './verdict.ts';

/** Which arm stands against which. */
export type Against = Pick<ArmComparison, 'arm' | 'against'>;

/** One metric of one arm against the first. */
export interface Effect {
  measure: Pick<Measure, 'name' | 'title' | 'unit' | 'better' | 'kind'>;
  /** The first arm's value, and this arm's. */
  control: Value | null;
  arm: Value | null;
  effect: ArmMetric;
  /** A scale with 0 in its middle. */
  domain: [number, number];
}

/** The effects of one arm, in the experiment's order: what decides, then what must not get worse. One that is both stands with what decides. */
export function effectsOf(results: ExperimentResults, { arm, against, metrics }: ArmComparison, experiment: Experiment, catalogue: Catalogue): { decides: Effect[]; guards: Effect[] } {
  const valueOf = (name: string, measure: Measure) => {
    const found = results.arms.find((each) => each.name === name);
    return found ? perAttempt(found.values[measure.name] ?? null, measure, found.attempts) : null;
  };
  const of = (names: readonly string[]) =>
    catalogue.known(names).flatMap<Effect>((measure) => {
      const effect = metrics[measure.name];
      if (!effect) return [];
      return [{ measure, control: valueOf(against, measure), arm: valueOf(arm, measure), effect, domain: domainOf(effect) }];
    });
  return { decides: of(experiment.metrics), guards: of(experiment.guardrails.filter((name) => !experiment.metrics.includes(name))) };
}

/** Holds the interval and its other side, so that its distance from 0 is seen. */
export function domainOf({ low, high, difference }: Pick<Comparison, 'low' | 'high' | 'difference'>): [number, number] {
  const reach = Math.max(0, ...[low, high, difference].map((end) => Math.abs(end ?? 0)));
  return reach > 0 ? [-1.08 * reach, 1.08 * reach] : [-1, 1];
}

/** The difference as what a whisker draws: beside 0. */
export const whiskerOf = ({ difference, low, high }: Comparison): Value => ({ value: difference ?? null, low: low ?? null, high: high ?? null });

/** `hints 1.10 % (95 % interval …) against control 0.90 % (…); difference +0.20 pp (+0.05 pp to +0.35 pp)`. */
export function effectSentence({ measure, control, arm, effect }: Effect, { arm: name, against }: Against, locale: string): string {
  const said = (value: Value | null) => valueSentence(value ?? undefined, measure.unit, locale);
  return `${name} ${said(arm)} against ${against} ${said(control)}; ${differenceSentence(effect, measure, locale)}`;
}

/** `difference +0.20 pp (+0.05 pp to +0.35 pp)`, or that there is none. */
export function differenceSentence({ difference, low, high }: Comparison, { unit }: Pick<Measure, 'unit'>, locale: string): string {
  if (typeof difference !== 'number') return 'difference not known';
  const ends = typeof low === 'number' && typeof high === 'number' ? ` (${boundsText(low, high, { unit }, locale)})` : ', without a bound yet';
  return `difference ${format.differenceText(difference, unit, locale)}${ends}`;
}

export const boundsText = (low: number, high: number, { unit }: Pick<Measure, 'unit'>, locale: string): string =>
  `${format.differenceText(low, unit, locale)} to ${format.differenceText(high, unit, locale)}`;

/** The evidence in words: an e-value is what a fair bet against "no difference" would have made of 1. */
export function evidenceText(eValue: number | null | undefined, locale: string): string {
  if (typeof eValue !== 'number') return format.NOTHING;
  if (eValue >= 1e6) return `> ${format.text(1e6, 'count', locale, { divisor: 1, unit: '', decimals: 0, compact: false })}`;
  return format.text(eValue, 'count', locale, { divisor: 1, unit: '', decimals: eValue < 10 ? 2 : 0, compact: false });
}

/** What was taken off for what viewers were like before. */
export function cupedSentence({ cuped }: ArmMetric, { unit }: Pick<Measure, 'unit'>, locale: string): string | null {
  if (!cuped) return null;
  const without = typeof cuped.unadjustedDifference === 'number' ? `; without that the difference is ${format.differenceText(cuped.unadjustedDifference, unit, locale)}` : '';
  return `The 14 days before are taken off: ${format.partText(cuped.varianceRemoved, locale)} of the variance went${without}. ${format.partText(cuped.newShare, locale)} comes from viewers who were not there before.`;
}

/** Whether the arms got their viewers. Never the role `worse`: it is not a verdict on quality. */
export interface Assignment {
  state: 'sound' | 'mismatch' | 'untested';
  role: Exclude<Role, 'worse'>;
  title: string;
  text: string;
}

export function assignmentOf({ sampleRatio, arms }: ExperimentResults, { switchbackMinutes }: Pick<Experiment, 'switchbackMinutes'>, locale: string): Assignment {
  if (switchbackMinutes)
    return { state: 'untested', role: 'unsure', title: 'Shares are not tested', text: 'In a switchback every viewer may see every arm, so there are no shares of viewers to test.' };
  if (!sampleRatio) {
    const why = arms.every(({ attempts }) => attempts === 0)
      ? 'Nobody was exposed yet.'
      : arms.some(({ viewers }) => typeof viewers !== 'number')
        ? 'The attempts carry no viewer ids, so viewers cannot be counted.'
        : 'There are too few viewers yet to test their shares.';
    return { state: 'untested', role: 'unsure', title: 'Shares are not tested', text: why };
  }
  const p = format.pValueText(sampleRatio.pValue, locale);
  if (sampleRatio.mismatch)
    return {
      state: 'mismatch',
      role: 'refused',
      title: 'Sample ratio mismatch',
      text: `The arms did not get the viewers they were meant to get (${p}), so no verdict is given. Look for an arm that loses viewers before their first beacon, a redirect, or bots that only one arm lets in.`,
    };
  return { state: 'sound', role: 'same', title: 'The arms got their shares', text: `Shares of viewers at least this far off would come by chance often enough (${p}).` };
}

/** A value of an arm. A total is told per attempt, as it is compared: arms need not be of one size. */
export function perAttempt(value: Value | null, { kind }: Pick<Measure, 'kind'>, attempts: number): Value | null {
  if (kind !== 'sum' || typeof value?.value !== 'number' || attempts === 0) return value;
  const each = (total: number | null | undefined) => (typeof total === 'number' ? total / attempts : null);
  return { ...value, value: value.value / attempts, low: each(value.low), high: each(value.high) };
}

/** What more there is to say of an effect: why there is no verdict, or how small a change would have been seen. */
export function reasonSentence({ verdict, reason, minimumDetectable }: ArmMetric, { unit }: Pick<Measure, 'unit'>, locale: string): string | null {
  if (verdict === 'worse' || verdict === 'better') return null;
  if (verdict === 'no_detectable_change')
    return typeof minimumDetectable === 'number' ? `A difference of ${format.differenceText(Math.abs(minimumDetectable), unit, locale).replace('+', '')} would have been seen.` : null;
  return reason ? format.sentence(reason) : null;
}

/** The label of the first arm where another is compared with it bucket by bucket. */
export const FIRST_ARM = 'cohort';

/** One arm over time beside the first: what each stretch of time saw by itself. */
export function armSeriesQuestion(
  experiment: Pick<Experiment, 'name'>,
  { arm, against }: Against,
  metric: string,
  { start, end }: Pick<Range, 'start' | 'end'>,
  zone: string,
  interval: Interval,
): QueryRequest {
  const exposed = { attribute: 'experiment_name', operator: 'EQ' as const, value: experiment.name };
  const of = (value: string) => [exposed, { attribute: 'experiment_variant', operator: 'EQ' as const, value }];
  return {
    metrics: [...new Set([metric, 'attempts'])],
    filters: of(arm),
    compare: [{ cohort: { filters: of(against) }, label: FIRST_ARM }],
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    timezone: zone,
    interval,
    fill: true,
    orderBy: [{ name: 'time', order: 'ASC' }],
    limit: 2_000,
  };
}
