// Here lives what is typed of an alert rule, and a rule, its series and its history in words. Pure. Whether a series is bad is the
// server's to say; it checks a rule again too, and names every fault.
import type { Alert, AlertCondition, AlertEvaluatedSeries, AlertEvaluation, AlertReading, AlertChange, AlertRule, AlertSeries, BaselineRequest, Delivery, Unit } from '../api-types.ts';
import * as format from '../format.ts';
import type { Baseline } from '../route.ts';
import { numberOf } from './account.ts';
import { filtersOf, rowsOf, type ConditionRow } from './condition.ts';
import { BASELINE_TITLES, verdictWords } from './verdict.ts';

/** What is typed in the form. */
export interface Draft {
  name: string;
  metric: string;
  kind: 'above' | 'below' | 'worse';
  /** In what `typedUnit` says. */
  threshold: string;
  /** Empty: the baseline that the rule has, which has no name. */
  baseline: string;
  dimension: string;
  conditions: ConditionRow[];
  windowMinutes: string;
  everyMinutes: string;
  delaySeconds: string;
  /** Percent. */
  confidence: string;
  minimumAttempts: string;
  /** Bad looks in a row. */
  times: string;
  coolDownMinutes: string;
  webhook: string;
}

/** How a threshold is typed: what one of the typed unit is in the catalogue's. */
export function typedUnit(unit: Unit): { name: string; factor: number } {
  switch (unit) {
    case 'ratio':
      return { name: '%', factor: 0.01 };
    case 'bps':
      return { name: 'kbit/s', factor: 1_000 };
    case 'ms':
      return { name: 'ms', factor: 1 };
    case 'per_hour':
      return { name: 'an hour', factor: 1 };
    default:
      return { name: '', factor: 1 };
  }
}

/** Without the last digits of binary fractions: 0.07 ÷ 0.01 is 7. */
const plain = (value: number) => String(Number(value.toPrecision(12)));

const limitOf = (condition: AlertCondition): number | null => ('above' in condition ? condition.above : 'below' in condition ? condition.below : null);

/** The defaults of the server, and the metric a reader is most likely to mean. */
export const draftOf = (rule: AlertRule | null, unit: Unit): Draft => {
  const limit = rule ? limitOf(rule.condition) : null;
  const worse = rule && 'worse' in rule.condition ? rule.condition.worse : 'auto';
  return {
    name: rule?.name ?? '',
    metric: rule?.metric ?? 'rebuffer_ratio',
    kind: !rule || 'worse' in rule.condition ? 'worse' : 'above' in rule.condition ? 'above' : 'below',
    threshold: limit === null ? '' : plain(limit / typedUnit(unit).factor),
    baseline: typeof worse === 'string' ? worse : '',
    dimension: rule?.dimension ?? '',
    conditions: rowsOf(rule?.filters ?? []),
    windowMinutes: String(rule?.windowMinutes ?? 60),
    everyMinutes: String(rule?.everyMinutes ?? 5),
    delaySeconds: String(rule?.delaySeconds ?? 60),
    confidence: plain((rule?.confidence ?? 0.99) * 100),
    minimumAttempts: String(rule?.minimumAttempts ?? 100),
    times: String(rule?.for ?? 1),
    coolDownMinutes: String(rule?.coolDownMinutes ?? 60),
    webhook: rule?.webhook?.url ?? '',
  };
};

/** The rule that is meant; `zone` is whose days a new rule's baseline means. What is no number is left to the server to refuse. */
export function requestOf(draft: Draft, unit: Unit, zone: string | null): AlertChange {
  const { kind, baseline, threshold, confidence } = draft;
  const number = (text: string) => numberOf(text) ?? Number.NaN;
  const limit = number(threshold) * typedUnit(unit).factor;
  const condition: AlertCondition | null =
    kind === 'worse' ? (baseline ? { worse: baseline } : null) : kind === 'above' ? { above: Number(limit.toPrecision(12)) } : { below: Number(limit.toPrecision(12)) };
  return {
    name: draft.name.trim(),
    metric: draft.metric,
    // A baseline without a name stays what it is.
    ...(condition ? { condition } : {}),
    dimension: draft.dimension || null,
    filters: filtersOf(draft.conditions),
    windowMinutes: number(draft.windowMinutes),
    everyMinutes: number(draft.everyMinutes),
    delaySeconds: number(draft.delaySeconds),
    confidence: Number((number(confidence) / 100).toPrecision(12)),
    minimumAttempts: number(draft.minimumAttempts),
    for: number(draft.times),
    coolDownMinutes: number(draft.coolDownMinutes),
    webhook: draft.webhook.trim() ? { url: draft.webhook.trim() } : null,
    ...(zone ? { timezone: zone } : {}),
  };
}

const baselineText = (baseline: BaselineRequest): string =>
  typeof baseline === 'string' ? (BASELINE_TITLES[baseline as Baseline] ?? baseline.replaceAll('_', ' ')).toLowerCase() : (baseline.label ?? 'another baseline');

/** When a rule fires, as a clause: `the whole 99 % interval lies above 2 %, 2 looks in a row`. */
export function conditionText({ condition, confidence, for: times }: AlertRule, unit: Unit, locale: string): string {
  const sure = format.partText(confidence, locale);
  const limit = limitOf(condition);
  const clause =
    'worse' in condition
      ? `the verdict against “${baselineText(condition.worse)}” is worse, at ${sure}`
      : `the whole ${sure} interval lies ${'above' in condition ? 'above' : 'below'} ${format.text(limit, unit, locale)}`;
  return times > 1 ? `${clause}, ${times} looks in a row` : clause;
}

/** A length of minutes: `5 min`, `1 h`, `90 min`. */
export function minutesText(minutes: number, locale: string): string {
  const whole = minutes % 60 === 0;
  return format.text(whole ? minutes / 60 : minutes, 'count', locale, { divisor: 1, unit: whole ? 'h' : 'min', decimals: 0, compact: false });
}

/** Why a look said what it said: the server's reason, or what was too little. */
export function reasonText({ verdict, reason, judgement, attempts }: AlertReading, minimumAttempts: number): string {
  const little = judgement === 'no_data' && attempts < minimumAttempts ? `fewer than the ${minimumAttempts} attempts it needs` : null;
  return [verdict ? verdictWords(verdict).clause : null, reason, little]
    .filter((clause) => clause !== null && clause !== undefined && clause !== '')
    .map((clause) => format.sentence(clause!))
    .join(' ');
}

export const STATE_TITLES: Record<string, string> = {
  firing: 'firing',
  pending: 'bad, not for long enough',
  ok: 'not bad',
  no_data: 'too little data',
};

/** States with what wants to be seen first in front. */
const ORDER = ['firing', 'pending', 'no_data', 'ok'];

/** A rule's series, what wants to be seen first in front, then by name. */
export const sorted = <S extends AlertSeries>(series: readonly S[]): S[] => {
  // A state of a newer server stands before them all.
  const rank = ({ state }: AlertSeries) => ORDER.indexOf(state);
  return [...series].sort((a, b) => rank(a) - rank(b) || (a.value ?? '').localeCompare(b.value ?? ''));
};

/** How a whole rule stands. */
export function standing({ enabled, series }: Pick<Alert, 'enabled' | 'series'>): { state: string; words: string } {
  if (!enabled) return { state: 'paused', words: 'paused' };
  if (series.length === 0) return { state: 'new', words: 'not looked at yet' };
  const first = sorted(series)[0]!;
  const count = series.filter(({ state }) => state === first.state).length;
  const words = STATE_TITLES[first.state] ?? first.state;
  return { state: first.state, words: series.length > 1 && first.state !== 'ok' ? `${words}: ${count} of ${series.length}` : words };
}

export const JUDGEMENT_TITLES: Record<string, string> = { bad: 'bad', fine: 'not bad', no_data: 'too little data', provisional: 'data still arriving' };
export const TOLD_TITLES: Record<string, string> = { firing: 'begins', resolved: 'is over', silent: 'is over: its data stayed away' };

/** One line of a history: one series as one look saw it. */
export interface Look {
  at: string;
  series: AlertEvaluatedSeries | null;
  error: string | null;
}

/** The lines of a history, the latest first; of each look what wants to be seen first in front. `told`: only what began or ended. */
export const looksOf = (evaluations: readonly AlertEvaluation[], told: boolean): Look[] =>
  evaluations.flatMap<Look>(({ at, series, error = null }) =>
    told ? sorted(series.filter((each) => each.told)).map((each) => ({ at, series: each, error })) : error ? [{ at, series: null, error }] : sorted(series).map((each) => ({ at, series: each, error })),
  );

/** What a reading is drawn against: the rule's threshold, or its baseline's value then. */
export const referenceOf = (condition: AlertCondition, { reference }: AlertReading): number | null => limitOf(condition) ?? reference ?? null;

const EVENT_WORDS: Record<string, string> = { firing: 'began', resolved: 'over', silent: 'over for lack of data' };

/** What a message said: `2 began, 1 over`. */
export function messageText({ body }: Delivery): string {
  if (body.type === 'alert.test') return 'a message to try it';
  const kinds = (body.events ?? []).map(({ kind }) => kind);
  return [...new Set(kinds)].map((kind) => `${kinds.filter((each) => each === kind).length} ${EVENT_WORDS[kind] ?? kind}`).join(', ') || (body.type ?? 'a message');
}

/** How far a message is. */
export function deliveryText({ deliveredAt, nextAt, tries, outcome }: Delivery, moment: (at: string) => string): string {
  if (deliveredAt) return `arrived at ${moment(deliveredAt)}`;
  if (!nextAt) return `given up after ${tries} ${tries === 1 ? 'try' : 'tries'}: ${outcome ?? 'no answer'}`;
  return tries === 0 ? 'waits for its turn' : `${outcome ?? 'no answer'}; tried again at ${moment(nextAt)}`;
}
