// Here lives the one place that talks to the server: typed questions, the envelope opened, every failure one ApiError.
import type {
  Annotation,
  AnnotationChange,
  AnnotationRequest,
  AnnotationsResult,
  ApiKey,
  AttributesResult,
  Detail,
  Envelope,
  ErrorData,
  Experiment,
  ExperimentChange,
  ExperimentRequest,
  ExperimentResults,
  ExplainRequest,
  ExplainResult,
  Health,
  ImpressionDetail,
  ImpressionsResult,
  License,
  LicenseChange,
  LicenseRequest,
  Link,
  Message,
  MetricsResult,
  Organization,
  OrganizationList,
  QueryRequest,
  QueryResult,
  Scope,
} from './api-types.ts';

const BASELINE_NOT_AVAILABLE = 3001;

/** What came back, with what belongs beside it. */
export interface Answer<T> {
  result: T;
  messages: Message[];
  requestId: string;
}

/** A question's answer, with the question; and where that was to be compared and could not be, why: its rows then have no comparisons. */
export type Answered = Answer<QueryResult> & { asked: QueryRequest; uncompared?: string };

/** `api`: the server said no. `network`: it could not be reached. `unreadable`: what came back is no envelope. */
export type ErrorKind = 'api' | 'network' | 'unreadable';

/** Any failure of a question, fit to be shown: what happened, what to do, and the id to name when asking for help. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly kind: ErrorKind,
    message: string,
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    readonly requestId: string | null,
    /** Code of the error catalogue; null when the server did not get to say one. */
    readonly code: number | null = null,
    readonly details: readonly Detail[] = [],
    readonly links: readonly Link[] = [],
    readonly developerMessage: string | null = null,
  ) {
    super(message);
  }

  /** Whether the key is the problem. */
  get isKey(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export interface ImpressionsQuery {
  start: string;
  end: string;
  /** `country:EQ:AT`, one each. */
  filters: string[];
  orderBy: string;
  order: 'ASC' | 'DESC';
  limit: number;
  cursor: string | null;
}

export class Api {
  constructor(
    private readonly key: string,
    private readonly fetch: Fetch = (input, init) => globalThis.fetch(input, init),
    private readonly base = '',
    private readonly organization: string | null = null,
  ) {}

  /** The same key's view of an organisation below its own; null: its own. */
  within(organization: string | null): Api {
    return new Api(this.key, this.fetch, this.base, organization);
  }

  /** Not every question can be compared with the industry, nor everybody's. The numbers of one that cannot are answered all the same. */
  async query(request: QueryRequest, signal?: AbortSignal): Promise<Answered> {
    const ask = async (asked: QueryRequest) => ({ ...(await this.ask<QueryResult>('POST', '/v1/analytics/query', signal, asked)), asked });
    try {
      return await ask(request);
    } catch (error) {
      if (!request.compare?.includes('industry') || !(error instanceof ApiError) || error.status !== 400) throw error;
      // Where it was something else that is refused, it is refused again.
      const answer = await ask({ ...request, compare: [] });
      const why = [...new Set(error.details.map(({ text }) => text))].join('; ') || error.message;
      return { ...answer, uncompared: error.code === BASELINE_NOT_AVAILABLE ? 'this organisation takes no part in it, which is said in Settings' : why };
    }
  }

  explain(request: ExplainRequest, signal?: AbortSignal): Promise<Answer<ExplainResult>> {
    return this.ask('POST', '/v1/analytics/explain', signal, request);
  }

  impressions(query: ImpressionsQuery, signal?: AbortSignal): Promise<Answer<ImpressionsResult>> {
    const { filters, cursor, limit, ...rest } = query;
    const params = new URLSearchParams({ ...rest, limit: String(limit) });
    for (const filter of filters) params.append('filter', filter);
    if (cursor) params.set('cursor', cursor);
    return this.ask('GET', `/v1/analytics/impressions?${params}`, signal);
  }

  impression(id: string, signal?: AbortSignal): Promise<Answer<ImpressionDetail>> {
    return this.ask('GET', `/v1/analytics/impressions/${encodeURIComponent(id)}`, signal);
  }

  metrics(signal?: AbortSignal): Promise<Answer<MetricsResult>> {
    return this.ask('GET', '/v1/analytics/metrics', signal);
  }

  attributes(signal?: AbortSignal): Promise<Answer<AttributesResult>> {
    return this.ask('GET', '/v1/analytics/attributes', signal);
  }

  /** What touches [start, end), the latest first. */
  annotations(start: string, end: string, timezone: string, signal?: AbortSignal): Promise<Answer<AnnotationsResult>> {
    return this.ask('GET', `/v1/analytics/annotations?${new URLSearchParams({ start, end, timezone, limit: '100' })}`, signal);
  }

  createAnnotation(annotation: AnnotationRequest): Promise<Answer<Annotation>> {
    return this.ask('POST', '/v1/analytics/annotations', undefined, annotation);
  }

  changeAnnotation(id: string, change: AnnotationChange): Promise<Answer<Annotation>> {
    return this.ask('PATCH', `/v1/analytics/annotations/${encodeURIComponent(id)}`, undefined, change);
  }

  deleteAnnotation(id: string): Promise<Answer<null>> {
    return this.ask('DELETE', `/v1/analytics/annotations/${encodeURIComponent(id)}`);
  }

  experiments(signal?: AbortSignal): Promise<Answer<{ experiments: Experiment[] }>> {
    return this.ask('GET', '/v1/analytics/experiments', signal);
  }

  experiment(id: string, signal?: AbortSignal): Promise<Answer<Experiment>> {
    return this.ask('GET', `/v1/analytics/experiments/${encodeURIComponent(id)}`, signal);
  }

  /** `until`, ms since 1970: by the attempts that had begun by then. */
  experimentResults(id: string, signal?: AbortSignal, until?: number): Promise<Answer<ExperimentResults>> {
    const asOf = until === undefined ? '' : `?until=${new Date(until).toISOString()}`;
    return this.ask('GET', `/v1/analytics/experiments/${encodeURIComponent(id)}/results${asOf}`, signal);
  }

  createExperiment(experiment: ExperimentRequest): Promise<Answer<Experiment>> {
    return this.ask('POST', '/v1/analytics/experiments', undefined, experiment);
  }

  changeExperiment(id: string, change: ExperimentChange): Promise<Answer<Experiment>> {
    return this.ask('PATCH', `/v1/analytics/experiments/${encodeURIComponent(id)}`, undefined, change);
  }

  deleteExperiment(id: string): Promise<Answer<null>> {
    return this.ask('DELETE', `/v1/analytics/experiments/${encodeURIComponent(id)}`);
  }

  organizations(signal?: AbortSignal): Promise<Answer<OrganizationList>> {
    return this.ask('GET', '/v1/account/organizations', signal);
  }

  createOrganization(name: string): Promise<Answer<Organization>> {
    return this.ask('POST', '/v1/account/organizations', undefined, { name });
  }

  licenses(signal?: AbortSignal): Promise<Answer<{ licenses: License[] }>> {
    return this.ask('GET', '/v1/account/licenses', signal);
  }

  createLicense(license: LicenseRequest): Promise<Answer<License>> {
    return this.ask('POST', '/v1/account/licenses', undefined, license);
  }

  changeLicense(licenseKey: string, change: LicenseChange): Promise<Answer<License>> {
    return this.ask('PATCH', `/v1/account/licenses/${encodeURIComponent(licenseKey)}`, undefined, change);
  }

  revokeLicense(licenseKey: string): Promise<Answer<null>> {
    return this.ask('DELETE', `/v1/account/licenses/${encodeURIComponent(licenseKey)}`);
  }

  apiKeys(signal?: AbortSignal): Promise<Answer<{ apiKeys: ApiKey[] }>> {
    return this.ask('GET', '/v1/account/api-keys', signal);
  }

  createApiKey(name: string, scope: Scope): Promise<Answer<ApiKey>> {
    return this.ask('POST', '/v1/account/api-keys', undefined, { name, scope });
  }

  revokeApiKey(id: string): Promise<Answer<null>> {
    return this.ask('DELETE', `/v1/account/api-keys/${encodeURIComponent(id)}`);
  }

  /** Whether the node can answer, and how its canary fares. */
  ready(signal?: AbortSignal): Promise<Answer<Health>> {
    return this.ask('GET', '/v1/health/ready', signal);
  }

  /** The node's page of numbers, as Prometheus reads it; null where it is kept from the world. */
  async numbers(signal?: AbortSignal): Promise<string | null> {
    const [response, sent] = await this.send('GET', '/metrics', signal);
    const text = await response.text().catch((error: unknown) => {
      throw unreached(error, sent, signal);
    });
    // A proxy that hides it answers with what it likes, perhaps with a page.
    return response.ok && /^# (HELP|TYPE) /m.test(text) ? text : null;
  }

  /** What happens now, as a stream of server-sent events; `data/live` reads them. `query` as `GET /v1/analytics/live` has it. */
  async live(query: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const [response, sent] = await this.send('GET', `/v1/analytics/live?${query}`, signal);
    if (response.ok && response.body) return response.body;
    open(response.status, await response.text(), response.headers.get('X-Request-Id') ?? sent);
    throw new ApiError('unreadable', 'The answer is no stream. Is something else, a proxy perhaps, in between?', response.status, sent);
  }

  /** Asks, and opens the answer. */
  async ask<T>(method: string, path: string, signal?: AbortSignal, body?: unknown): Promise<Answer<T>> {
    const [response, sent] = await this.send(method, path, signal, body);
    return this.opened<T>(response, sent, signal);
  }

  /** Reads a response to the question that was sent with that id. */
  async opened<T>(response: Response, sent: string | null, signal?: AbortSignal): Promise<Answer<T>> {
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      throw unreached(error, sent, signal);
    }
    return open<T>(response.status, text, response.headers.get('X-Request-Id') ?? sent);
  }

  /** Sends a question; the response, and the id it was sent with. */
  async send(method: string, path: string, signal?: AbortSignal, body?: unknown): Promise<[Response, string | null]> {
    // A header holds no other characters; such a key cannot be right, and `fetch` would throw something unreadable.
    if (!/^[\x21-\x7e]+$/.test(this.key))
      throw new ApiError('api', 'This is not an API key: it holds characters no key has.', 401, null);
    const headers: Record<string, string> = { 'X-Api-Key': this.key, Accept: 'application/json' };
    // Our own id, so that a failure without an answer can be found in the server's log too.
    const sent = globalThis.crypto?.randomUUID?.() ?? null;
    if (sent) headers['X-Request-Id'] = sent;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (this.organization) headers['X-Tenant-Org-Id'] = this.organization;
    const init = { method, headers, credentials: 'omit', ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal ? { signal } : {}) } as const;
    try {
      return [await this.fetch(this.base + path, init), sent];
    } catch (error) {
      throw unreached(error, sent, signal);
    }
  }
}

/** A failure before there was an answer; what was called off stays what it is. */
export const unreached = (error: unknown, sent: string | null, signal?: AbortSignal): unknown =>
  signal?.aborted ? error : new ApiError('network', 'The server could not be reached.', 0, sent, null, [], [], String(error));

/** Opens an envelope: its result, or an ApiError. What was deleted has none: its result is null. */
export function open<T>(status: number, text: string, headerId: string | null): Answer<T> {
  if (status === 204) return { result: null as T, messages: [], requestId: headerId ?? '' };
  let envelope: Partial<Envelope<T>> | null = null;
  try {
    envelope = JSON.parse(text) as Partial<Envelope<T>>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const requestId = typeof envelope?.requestId === 'string' ? envelope.requestId : headerId;
  if (envelope?.status === 'SUCCESS' && envelope.data && 'result' in envelope.data) {
    const { result, messages } = envelope.data;
    return { result, messages: messages ?? [], requestId: requestId ?? '' };
  }
  if (envelope?.status === 'ERROR' && envelope.data) {
    const { code, message, developerMessage, details, links } = envelope.data as ErrorData;
    throw new ApiError('api', message, status, requestId, code, details ?? [], links ?? [], developerMessage ?? null);
  }
  throw new ApiError(
    'unreadable',
    `The answer (HTTP ${status}) is not one of this server’s. Is something else, a proxy perhaps, in between?`,
    status,
    requestId,
    null,
    [],
    [],
    text.slice(0, 200),
  );
}
