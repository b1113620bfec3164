// Here live the shapes of the public API under the dashboard's short names. They are generated from the contract (`schemas/openapi.json`)
// with the TypeScript client (`cargo xtask codegen`); no shape is said a second time here, only how the dashboard reads one.
import type { components } from '../../clients/typescript/src/schema.ts';

type Schemas = components['schemas'];
type Same<A, B> = [A, B] extends [B, A] ? true : false;

/**
 * A part of an answer, as it is read. A word of a closed set may be one of a newer server, which must not break a page: sets are open. A
 * metric's value is a number or null, with what belongs beside it (the third kind, a histogram, is read by `data/distribution`). A total that
 * is absent is 0, false or null: the contract says so, and answers leave it out. What was asked for comes back as it was sent.
 */
type Read<T> =
  Same<T, Schemas['MetricValue']> extends true
    ? Value
    : Same<T, Schemas['FilterRequest']> extends true
      ? QueryFilter
      : Same<T, Schemas['ExportRequest']> extends true
        ? T
        : Same<T, Schemas['Totals']> extends true
          ? Partial<Opened<T>>
          : Opened<T>;
type Opened<T> = T extends string
  ? string extends T
    ? T
    : T | (string & {})
  : T extends (infer Item)[]
    ? Read<Item>[]
    : T extends object
      ? { [Key in keyof T]: Read<T[Key]> }
      : T;

/** A schema of the contract as answers have it. */
type Answered<Name extends keyof Schemas> = Read<Schemas[Name]>;

// ---- envelope

export type Link = Answered<'Link'>;
export type Message = Answered<'Message'>;
export type Detail = Answered<'Detail'>;
export type ErrorData = Answered<'ErrorData'>;
export type Envelope<T> =
  | { requestId: string; status: 'SUCCESS'; data: { result: T; messages: Message[] } }
  | { requestId: string; status: 'ERROR'; data: ErrorData };

// ---- catalogues

export type Unit = Answered<'Unit'>;
/** Closed: the signs of a change hang on it. */
export type Better = Schemas['Better'];
export type Kind = Answered<'Kind'>;
export type Metric = Omit<Answered<'MetricEntry'>, 'better'> & { better: Better };
export type Attribute = Answered<'Attribute'>;
export type MetricsResult = Omit<Answered<'Metrics'>, 'metrics'> & { metrics: Metric[] };
export type AttributesResult = Answered<'Attributes'>;

// ---- query

/** The contract says no type of `value`; this is what a filter can compare with. */
export type QueryFilter = Omit<Schemas['FilterRequest'], 'value'> & { value: string | number | boolean | null | (string | null)[] };
export type BaselineRequest = Schemas['BaselineRequest'];
export type QueryRequest = Schemas['QueryRequest'];
export type Column = Answered<'Column'>;
/** A number with its interval, or null with its reason. */
export type Value = { value: number | null } & Partial<Omit<Answered<'NumberValue'>, 'value'> & Omit<Schemas['NullValue'], 'value'>>;
export type Bin = Schemas['Bin'];
export type Histogram = Schemas['Histogram'];
export type Verdict = Answered<'VerdictWord'>;
export type Comparison = Answered<'Comparison'>;
export type Row = Answered<'Row'>;
export type QueryResult = Answered<'QueryResult'>;

// ---- drop-off

export type DropOffRequest = Schemas['DropOffRequest'];
export type DropOffResult = Answered<'DropOffResult'>;

// ---- explain

export type ExplainRequest = Schemas['ExplainRequest'];
export type Condition = Schemas['Condition'];
export type Cause = Answered<'Cause'>;
export type ExplainResult = Omit<Answered<'ExplainResult'>, 'better'> & { better: Better };

// ---- attempts

export type State = Answered<'State'>;
export type Totals = Answered<'Totals'>;
export type Impression = Answered<'Impression'>;
export type ImpressionsResult = Answered<'ImpressionsResult'>;
export type Timeline = Answered<'Timeline'>;
export type Adaptation = Answered<'Adaptation'>;
export type ImpressionDetail = Answered<'ImpressionResult'>;

// ---- annotations

export type AnnotationKind = Answered<'KindWord'>;
export type AnnotationRequest = Schemas['AnnotationRequest'];
export type AnnotationChange = Schemas['AnnotationChange'];
export type Annotation = Answered<'AnnotationResult'>;
export type AnnotationsResult = Answered<'AnnotationsResult'>;

// ---- experiments

export type Arm = Schemas['ArmResource'];
export type ExperimentRequest = Schemas['ExperimentRequest'];
export type ExperimentChange = Schemas['ExperimentChange'];
export type Experiment = Answered<'ExperimentResource'>;
export type ArmMetric = Answered<'ArmMetric'>;
export type ArmComparison = Answered<'ArmComparison'>;
export type ExperimentResults = Answered<'ExperimentResults'>;
export type Ladder = Schemas['Ladder'];
export type LadderResult = Answered<'LadderResult'>;
export type LadderArm = Answered<'LadderArm'>;
export type LadderRung = Answered<'LadderRung'>;
export type LadderComparison = Answered<'LadderComparison'>;

// ---- alerts

export type AlertCondition = Schemas['AlertCondition'];
export type AlertRule = Answered<'AlertRule'>;
export type AlertRequest = Schemas['AlertRequest'];
export type AlertChange = Schemas['AlertChange'];
export type AlertSeries = Answered<'AlertSeries'>;
export type Alert = Answered<'AlertResource'>;
export type AlertReading = Answered<'AlertReading'>;
export type AlertEvaluatedSeries = Answered<'AlertEvaluatedSeries'>;
export type AlertEvaluation = Answered<'AlertEvaluation'>;
/** `body` is an object of any kind in the contract; of it this is read. */
export type Delivery = Omit<Answered<'DeliveryResource'>, 'body'> & { body: { type?: string; events?: { kind: string }[] } };

// ---- exports

export type ExportRequest = Schemas['ExportRequest'];
export type Export = Answered<'ExportResource'>;

// ---- accounts

export type Organization = Answered<'OrganizationResource'>;
export type OrganizationList = Answered<'OrganizationList'>;
export type TotalValues = Answered<'TotalValues'>;
export type PlatformTotals = Answered<'PlatformTotals'>;
export type License = Answered<'LicenseResource'>;
export type LicenseRequest = Schemas['LicenseRequest'];
export type LicenseChange = Schemas['LicenseChange'];
export type Scope = Answered<'Scope'>;
export type ApiKey = Answered<'ApiKeyResource'>;

// ---- health

export type Health = Answered<'Health'>;
