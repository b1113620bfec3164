// Here lives the client: openapi-fetch over the types of `schema.ts`, which is generated, and the three things that every caller of this API
// needs beside them: the result out of its envelope, an error that names the request, and the pages of a list one after another.

import createFetchClient, { type Client, type ClientOptions } from 'openapi-fetch';

import type { components, paths } from './schema.ts';

export type { components, operations, paths } from './schema.ts';

/** Every shape of the API by its name: `Schemas['QueryRequest']`. */
export type Schemas = components['schemas'];

/** What is beside a result: a baseline that could not be adjusted, a day that was left out. */
export type Message = Schemas['Message'];

/** A client: `GET`, `POST`, `PATCH` and `DELETE`, each with the paths of the API. */
export type PlayheadClient = Client<paths>;

export interface PlayheadOptions extends Omit<ClientOptions, 'baseUrl'> {
  /** Where the server is, `https://playhead.example.com`. */
  baseUrl: string;
  /** An API key, with the scope that the questions need. */
  apiKey: string;
  /** An organisation below the key's own, whose data are then asked for. */
  organizationId?: string;
}

/** A client for a server. */
export function createClient({ apiKey, organizationId, headers, ...options }: PlayheadOptions): PlayheadClient {
  return createFetchClient<paths>({
    ...options,
    headers: { ...(headers as Record<string, string> | undefined), 'X-Api-Key': apiKey, ...(organizationId ? { 'X-Tenant-Org-Id': organizationId } : {}) },
  });
}

/** An answer that is an error of the API, or no answer of it at all. */
export class PlayheadError extends Error {
  override readonly name = 'PlayheadError';
  /** HTTP status. */
  readonly status: number;
  /** Code of the error catalogue (`GET /v1/errors`); null when what came back is no envelope. */
  readonly code: number | null;
  /** The request's id, to name when asking for help; null when there is none. */
  readonly requestId: string | null;
  /** For the developer's log. */
  readonly developerMessage: string | null;
  /** One for each thing that is wrong, with the field it is about. */
  readonly details: Schemas['Detail'][];
  /** After how many seconds to ask again, where the server says so. */
  readonly retryAfterS: number | null;

  constructor(response: Response, body: unknown) {
    const envelope = isError(body) ? body : null;
    super(envelope?.data.message ?? `The answer (HTTP ${response.status}) is not one of this server's.`);
    this.status = response.status;
    this.code = envelope?.data.code ?? null;
    this.requestId = envelope?.requestId ?? response.headers.get('X-Request-Id');
    this.developerMessage = envelope?.data.developerMessage ?? null;
    this.details = envelope?.data.details ?? [];
    const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
    this.retryAfterS = Number.isFinite(retryAfter) ? retryAfter : null;
  }
}

function isError(body: unknown): body is Schemas['ErrorAnswer'] {
  const { status, data } = (body ?? {}) as { status?: unknown; data?: { code?: unknown } };
  return status === 'ERROR' && typeof data?.code === 'number';
}

/** What a call of the client gives. */
interface Fetched<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The result within an envelope. */
type ResultOf<Data> = Data extends { data: { result: infer Result } } ? Result : undefined;

/** A result with what was said beside it. */
export interface Answer<Result> {
  result: Result;
  messages: Message[];
  requestId: string;
}

/**
 * The answer out of its envelope. What was deleted has none: its result is undefined.
 * @throws {PlayheadError} when it is an error
 */
export async function answer<Data>(call: Promise<Fetched<Data>>): Promise<Answer<ResultOf<Data>>> {
  const { data, error, response } = await call;
  if (!response.ok) throw new PlayheadError(response, error);
  const envelope = data as { requestId: string; data: Answer<ResultOf<Data>> } | undefined;
  const requestId = envelope?.requestId ?? response.headers.get('X-Request-Id') ?? '';
  if (response.status === 204) return { result: undefined as ResultOf<Data>, messages: [], requestId };
  if (!envelope?.data || !('result' in envelope.data)) throw new PlayheadError(response, data);
  return { result: envelope.data.result, messages: envelope.data.messages, requestId };
}

/**
 * The result alone.
 * @throws {PlayheadError} when it is an error
 */
export async function result<Data>(call: Promise<Fetched<Data>>): Promise<ResultOf<Data>> {
  return (await answer(call)).result;
}

/**
 * Every page of a list, the first first: `for await (const page of pages((cursor) => client.GET(…)))`.
 * @param ask asks for the page at a cursor; `undefined` is the first
 * @throws {PlayheadError} when a page is an error
 */
export async function* pages<Data>(
  ask: (cursor: string | undefined) => Promise<Fetched<Data>>,
): AsyncGenerator<ResultOf<Data>, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await result(ask(cursor));
    yield page;
    cursor = (page as { nextCursor?: string | null } | undefined)?.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
