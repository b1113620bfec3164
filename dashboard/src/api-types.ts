// Here live the shapes of the public API as the dashboard reads them (docs: GET /v1/openapi.json), under the contract's
// own names. Unknown words from a newer server (a verdict, a state, a cause) must not break a page: closed sets that the
// server may extend are open here, `Known | (string & {})`.
import type { Interval } from './zone.ts';
import type { Operator } from './route.ts';

type Open<T extends string> = T | (string & {});

// ---- envelope

export interface Link {
  href: string;
  title?: string;
}

export interface Message {
  date: string;
  id: string;
  type: Open<'INFO' | 'WARNING' | 'ERROR' | 'DEBUG' | 'TRACE'>;
  text: string;
  /** What of the request it is about, `filters[0].attribute`. */
  field?: string | null;
  links?: Link[] | null;
}

export interface ErrorData {
  code: number;
  message: string;
  developerMessage?: string | null;
  links?: Link[] | null;
  details?: Message[] | null;
}

export type Envelope<T> =
  | { requestId: string; status: 'SUCCESS'; data: { result: T; messages?: Message[] | null } }
  | { requestId: string; status: 'ERROR'; data: ErrorData };

// ---- catalogues

export type Unit = Open<'count' | 'ratio' | 'ms' | 'bps' | 'per_hour' | 'viewers'>;
export type Better = 'higher' | 'lower' | 'neither';
export type Kind = Open<'sum' | 'ratio' | 'distribution' | 'distinct' | 'concurrency'>;

export interface Metric {
  name: string;
  title: string;
  kind: Kind;
  unit: Unit;
  better: Better;
  definition: string;
  nullRule: string;
  definitionVersion: number;
  equivalents: { system: string; name: string; difference: string }[];
  /** What to ask for: the name itself, or the name with each of its suffixes. */
  names: string[];
}

export interface Attribute {
  name: string;
  title: string;
  source: string;
  description: string;
}

export interface MetricsResult {
  metrics: Metric[];
  definitionVersion: number;
}

export interface AttributesResult {
  attributes: Attribute[];
}

// ---- query

export interface QueryFilter {
  attribute: string;
  operator: Operator;
  value: string | number | boolean | null | (string | null)[];
}

/** What to compare with: by name, or other attempts in the same time. */
export type BaselineRequest = string | { cohort: { filters: QueryFilter[] }; label: string };

export interface QueryRequest {
  metrics: string[];
  dimensions?: string[];
  filters?: QueryFilter[];
  start: string;
  end: string;
  timezone: string;
  interval?: Interval;
  compare?: BaselineRequest[];
  confidence?: number;
  orderBy?: { name: string; order: 'ASC' | 'DESC' }[];
  limit?: number;
  cursor?: string | null;
  /** Whether buckets without attempts are answered too. */
  fill?: boolean;
}

export interface Column {
  name: string;
  kind: Open<'time' | 'dimension' | 'metric'>;
  unit?: Unit | null;
  better?: Better | null;
}

/** A number with its interval. `value` null: not measurable, `reason` says why. */
export interface Value {
  value: number | null;
  low?: number | null;
  high?: number | null;
  attempts?: number | null;
  clusteredBy?: Open<'viewer' | 'attempt'> | null;
  /** A tail quantile of few attempts. */
  unreliable?: boolean | null;
  reason?: string | null;
}

/** What a distribution holds in [from, to). */
export interface Bin {
  from: number;
  to: number;
  count: number;
}

export type Verdict = Open<
  | 'worse'
  | 'better'
  | 'higher'
  | 'lower'
  | 'no_detectable_change'
  | 'insufficient_data'
  | 'provisional'
  | 'refused'
>;

/** A reference that was left out because of what is noted there. */
export interface ExcludedDay {
  date: string;
  kind: Open<'incident' | 'holiday'>;
  annotation: string;
}

/** A value against one baseline. `difference` is value − reference, `low`..`high` its interval. */
export interface Comparison {
  reference: number | null;
  difference: number | null;
  low?: number | null;
  high?: number | null;
  /** difference ÷ reference; null when the reference is 0. */
  relative?: number | null;
  pValue?: number | null;
  /** Adjusted for the other rows and metrics of the answer; the verdict follows it. Null in an answer of one row. */
  adjustedPValue?: number | null;
  verdict: Verdict;
  reason?: string | null;
  /** The part of the difference the same audience would show. */
  rateEffect?: number | null;
  /** The part due to another audience. */
  mixEffect?: number | null;
  effectReason?: string | null;
  referenceDays?: string[] | null;
  /** What `auto` left out, and why. */
  excludedDays?: ExcludedDay[] | null;
  /** The smallest difference this much data could have shown. */
  minimumDetectable?: number | null;
}

export interface Row {
  /** Begin of the bucket, with the offset of the zone asked for; absent without an interval. */
  time?: string;
  dimensions: Record<string, string | null>;
  partial?: boolean;
  completeness?: number | null;
  values: Record<string, Value>;
  comparisons?: Record<string, Record<string, Comparison>> | null;
}

export interface QueryResult {
  columns: Column[];
  rows: Row[];
  nextCursor: string | null;
  completeness: number | null;
  definitionVersion: number;
  freshAsOf: string | null;
  source: Open<'cells' | 'impressions' | 'beacons'>;
  tookMs: number;
}

// ---- explain

export interface ExplainRequest {
  metric: string;
  start: string;
  end: string;
  timezone: string;
  filters?: QueryFilter[];
  compare: BaselineRequest;
}

/** One attribute's value; null: not known. */
export interface Condition {
  attribute: string;
  value?: string | null;
}

/** A cell: the attempts for which every condition holds. */
export interface Cause {
  conditions: Condition[];
  value: Value;
  /** `wider`: the baseline has no such cell; it is compared with itself less its last condition. */
  comparedWith: Open<'itself' | 'wider'>;
  comparison: Comparison;
  /** p-value adjusted for every cell that was looked at; null for a shift. */
  adjustedPValue?: number | null;
  /** Other cells that the data cannot tell from this one. */
  alike: Condition[][];
  /** The part of the whole's difference it carries, 1 being all; null when the whole did not move. */
  carries?: number | null;
  /** That part in the metric's unit; null for a quantile. */
  rateEffect?: number | null;
  /** What its greater or smaller part of the audience did to the whole; null for a quantile. */
  mixEffect?: number | null;
  /** Its part of the attempts, 0..=1. */
  attemptShare?: number | null;
  /** The same in the baseline. */
  referenceAttemptShare?: number | null;
}

export interface ExplainResult {
  metric: string;
  unit: Unit;
  better: Better;
  baseline: string;
  total: { value: Value; comparison: Comparison };
  /** What stands out most first; each further one among the attempts that are in none above it. */
  causes: Cause[];
  /** Values whose part of the audience changed, what moved the whole most first. */
  shifts: Cause[];
  /** How many cells were looked at. */
  tested: number;
  source: Open<'cells' | 'impressions' | 'beacons'>;
  tookMs: number;
}

// ---- attempts

export type State = Open<'s' | 'p' | 'k' | 'r' | 'a' | 'w' | 'e' | 'f' | 'q' | 'd'>;

/** Cumulative totals of one attempt, as the beacon has them: a field that is absent is 0, false or null. */
export interface Totals {
  first_frame_seen?: boolean;
  startup_interrupted?: boolean;
  startup_hidden?: boolean;
  suspended?: boolean;
  startup_wait_ms?: number;
  startup_any_ms?: number | null;
  startup_content_ms?: number | null;
  play_ms?: number;
  play_hidden_ms?: number;
  paused_ms?: number;
  media_ms?: number;
  stall_ms?: number;
  stall_count?: number;
  stall_ms_max?: number;
  seek_ms?: number;
  seek_count?: number;
  ad_ms?: number;
  bitrate_bps_ms?: number;
  bitrate_media_ms?: number;
  data_bytes?: number;
  switch_up_count?: number;
  switch_down_count?: number;
  frames_decoded?: number;
  frames_dropped?: number;
  error_count?: number;
  failure?: { class: string; code: string; message?: string } | null;
  end_reason?: string | null;
  play_ms_by_rendition?: { rendition: string; play_ms: number }[];
}

export interface Impression {
  attemptId: string;
  startedAt: string;
  lastReceivedAt: string;
  state: State;
  ended: boolean;
  dimensions: Record<string, string | null>;
  custom?: Record<string, string> | null;
  totals: Totals;
  elapsedMs: number;
  beaconsReceived: number;
  beaconsMissing: number;
}

export interface ImpressionsResult {
  rows: Impression[];
  nextCursor: string | null;
  freshAsOf: string | null;
  tookMs: number;
}

/** What happened in one attempt. Every time is ms after intent, on the player's monotonic clock. */
export interface Timeline {
  /** `state` null: beacons of that stretch are missing. */
  states: { fromMs: number; toMs: number; state: State | null }[];
  stalls: { fromMs: number; toMs: number; stallMs: number; cause: string }[];
  renditions: {
    fromMs: number;
    toMs: number;
    bitrateBps: number | null;
    width: number | null;
    height: number | null;
  }[];
  seeks: { fromMs: number; toMs: number; seekMs: number; fromPositionMs: number; toPositionMs: number }[];
  errors: { atMs: number; class: string; code: string; fatal: boolean }[];
  requests: { fromMs: number; toMs: number; bytes: number; ttfbMs: number | null; durationMs: number }[];
  buffer: { atMs: number; bufferMs: number }[];
  visibility: { atMs: number; hidden: boolean }[];
  suspensions: { atMs: number; gapMs: number }[];
  firstFrameMs: number | null;
  endMs: number;
  eventsDropped: number;
}

export interface ImpressionDetail extends Impression {
  timeline: Timeline;
  beacons: { sequence: number; kind: string; fromMs: number; toMs: number; state: State; receivedAt: string }[];
  missingSequences: number[];
}

// ---- annotations

export type AnnotationKind = Open<'release' | 'incident' | 'holiday' | 'note'>;

export interface AnnotationRequest {
  kind: AnnotationKind;
  /** RFC 3339, or a day, `2026-12-25`. */
  start: string;
  /** In the form of `start`: exclusive as a time, included as a day. */
  end?: string | null;
  title: string;
  text?: string | null;
  filters?: QueryFilter[];
}

export interface Annotation extends AnnotationRequest {
  id: string;
  filters: QueryFilter[];
  createdAt: string;
  updatedAt: string;
}

export interface AnnotationsResult {
  annotations: Annotation[];
  nextCursor?: string | null;
}

// ---- experiments

/** `name` is the attribute `experiment_variant` of its attempts; `weight` its part of the viewers, in proportion to the others'. */
export interface Arm {
  name: string;
  weight: number;
}

export interface ExperimentRequest {
  /** The attribute `experiment_name` of its attempts. */
  name: string;
  description?: string | null;
  /** The others are compared with the first. */
  arms: Arm[];
  /** The part of the viewers that takes part, 0..=1. */
  traffic: number;
  /** Minutes after which every viewer may see another arm; null: each stays in one. */
  switchbackMinutes?: number | null;
  metrics: string[];
  guardrails: string[];
  state: Open<'draft' | 'running' | 'stopped'>;
}

export interface Experiment extends ExperimentRequest {
  id: string;
  createdAt: string;
  startedAt?: string | null;
  stoppedAt?: string | null;
}

/** One arm. `viewers` null: its attempts carry no viewer ids. */
export interface ArmResult {
  name: string;
  attempts: number;
  viewers?: number | null;
  /** Viewers it should have, of all there are. */
  expectedViewers?: number | null;
  values: Record<string, Value>;
}

/** What viewers were like in the 14 days before, taken off the difference. */
export interface CupedResult {
  unadjustedDifference?: number | null;
  /** Part of the difference's variance that went away, 0..=1. */
  varianceRemoved: number;
  /** Part of the metric's denominator that belongs to viewers who were not there before, 0..=1. */
  newShare: number;
}

/** One metric of one arm against the first: the interval holds at all looks together. */
export interface ArmMetric extends Comparison {
  /** Evidence against "no difference"; 20 excludes 0 at 95 %. */
  eValue?: number | null;
  guardrail: boolean;
  cuped?: CupedResult | null;
  /** A metric of attempts that started. */
  postTreatment: boolean;
}

export interface ArmComparison {
  arm: string;
  /** The first arm. */
  against: string;
  metrics: Record<string, ArmMetric>;
}

export interface ExperimentResults {
  name: string;
  start: string;
  end: string;
  /** Null in a switchback, and without viewer ids. */
  sampleRatio?: { mismatch: boolean; pValue: number } | null;
  arms: ArmResult[];
  comparisons: ArmComparison[];
  tookMs: number;
}

// ---- alerts

/** When a series is bad: its whole interval lies beyond a number, or its verdict against a baseline is `worse`. */
export type AlertCondition = { above: number } | { below: number } | { worse: BaselineRequest };

export interface AlertRule {
  name: string;
  /** Whether it is evaluated. */
  enabled: boolean;
  metric: string;
  filters: QueryFilter[];
  /** Each value of it is a series of its own; null: one series. */
  dimension?: string | null;
  windowMinutes: number;
  everyMinutes: number;
  /** How long before the evaluation the window ends. */
  delaySeconds: number;
  timezone: string;
  confidence: number;
  condition: AlertCondition;
  minimumAttempts: number;
  /** Bad evaluations in a row before it fires. */
  for: number;
  coolDownMinutes: number;
  /** Who is told; null: nobody. */
  webhook?: { url: string } | null;
}

/** What may be said about a rule; what is left out stays. */
export type AlertRequest = Partial<AlertRule>;

export interface AlertSeries {
  /** Value of the rule’s dimension; null: not known, or no dimension. */
  value?: string | null;
  state: Open<'ok' | 'pending' | 'firing' | 'no_data'>;
  since: string;
  /** Bad evaluations in a row so far. */
  bad: number;
  incident?: string | null;
  firedAt?: string | null;
}

export interface Alert extends AlertRule {
  id: string;
  /** Empty before the first evaluation. */
  series: AlertSeries[];
  /** Null: it is paused. */
  nextAt?: string | null;
  createdAt: string;
  updatedAt: string;
  /** Only in the answer that made the rule. */
  secret?: string | null;
}

export interface AlertReading {
  judgement: Open<'bad' | 'fine' | 'no_data' | 'provisional'>;
  value?: number | null;
  low?: number | null;
  high?: number | null;
  attempts: number;
  completeness?: number | null;
  reference?: number | null;
  difference?: number | null;
  verdict?: Verdict | null;
  reason?: string | null;
}

export interface AlertEvaluatedSeries extends AlertSeries {
  reading: AlertReading;
  told?: Open<'firing' | 'resolved' | 'silent'> | null;
}

export interface AlertEvaluation {
  at: string;
  question: unknown;
  series: AlertEvaluatedSeries[];
  /** Why nothing could be asked; null when it could. */
  error?: string | null;
}

/** A message to a rule’s webhook. */
export interface Delivery {
  id: string;
  body: { type?: string; events?: { kind: string }[] };
  tries: number;
  /** What the latest try came to; null before the first. */
  outcome?: string | null;
  createdAt: string;
  deliveredAt?: string | null;
  /** Null: it arrived or was given up. */
  nextAt?: string | null;
}

// ---- exports

export interface ExportRequest {
  kind: Open<'attempts' | 'answer'>;
  format: Open<'parquet' | 'csv'>;
  /** Of attempts. */
  start?: string | null;
  end?: string | null;
  filters?: QueryFilter[] | null;
  includeBots?: boolean | null;
  /** Of an answer: what was asked, without limit and cursor. */
  question?: QueryRequest | null;
}

export interface ExportProgress {
  rowsExpected?: number | null;
  bytes: number;
}

export interface Export {
  id: string;
  request: ExportRequest;
  state: Open<'queued' | 'running' | 'done' | 'failed'>;
  progress?: ExportProgress | null;
  rows?: number | null;
  bytes?: number | null;
  sha256?: string | null;
  /** Why it failed. */
  reason?: string | null;
  download?: string | null;
  createdAt: string;
  startedAt?: string | null;
  finishedAt?: string | null;
  /** When it goes, with its file. */
  expiresAt: string;
}

// ---- accounts

export interface Organization {
  id: string;
  /** The organisation above it; null at the top. It may be one the key does not see. */
  parentId?: string | null;
  name: string;
  /** Days raw beacons are kept; null: the server's own retention. */
  beaconsDays?: number | null;
  /** Days attempts are kept; null: the server's own retention. */
  impressionsDays?: number | null;
}

export interface License {
  licenseKey: string;
  name: string;
  /** Hosts of pages that may use it; `*` is any, `*.example.com` any subdomain. */
  allowedDomains: string[];
  /** Beacons a second; null: the server's default. */
  rateLimitPerS?: number | null;
  /** False: nothing is taken under this key. */
  collectorEnabled: boolean;
  /** The part of attaches that is measured where the page asks the server. */
  sample: number;
}

/** What may be said about a license key; what is left out stays. */
export type LicenseRequest = Partial<Omit<License, 'licenseKey'>>;

export type Scope = Open<'read' | 'write' | 'admin'>;

export interface ApiKey {
  id: string;
  name: string;
  scope: Scope;
  /** Only in the answer that made the key. */
  secret?: string | null;
}

// ---- health

/** How the canary's last beacon fared on its way through all of a node. */
export interface Flight {
  found: boolean;
  at: string;
  /** From its acknowledgement to the first answer that had it, ms. */
  freshnessMs?: number | null;
  reason?: string | null;
}

export interface Health {
  status: string;
  /** Null where the canary is off or has not come back yet. */
  canary?: Flight | null;
}
