// Here lives the stream of what happens now: the question, its events read, and what is done when it breaks. The clock and the
// connection are arguments.
import { createParser } from 'eventsource-parser';
import { ApiError, open } from '../api.ts';
import type { QueryResult } from '../api-types.ts';
import type { Route } from '../route.ts';
import { filterParameter } from './question.ts';

/** What is told of everything, and of each part. */
export const LIVE_METRICS = ['concurrent_viewers', 'attempts', 'start_failure', 'playback_failure', 'rebuffer_ratio', 'stall_count'];

/** Rows of a breakdown: what fits on a screen. */
const ROWS = 50;

/** Where all viewers are is asked alone: beside metrics of attempts a part has a row only when an attempt began there. */
export const VIEWERS: readonly string[] = ['concurrent_viewers'];

/** The query string of `GET /v1/analytics/live`. */
export function liveQuery({ filters, window }: Pick<Route, 'filters' | 'window'>, dimensions: readonly string[], metrics: readonly string[] = LIVE_METRICS): string {
  const params = new URLSearchParams({ metrics: metrics.join(','), windowSeconds: String(window) });
  if (dimensions.length > 0) {
    params.set('dimensions', dimensions.join(','));
    params.set('limit', String(ROWS));
  }
  for (const filter of filters) params.append('filter', filterParameter(filter));
  return params.toString();
}

/** What became of the stream. */
export type Told =
  | { kind: 'tick'; result: QueryResult; atMs: number }
  /** The server could not answer this time; the stream goes on. */
  | { kind: 'unanswered'; error: ApiError }
  /** It ended or was never there; tried again after `retryMs`. */
  | { kind: 'broken'; error: ApiError; retryMs: number }
  /** Trying again would change nothing. */
  | { kind: 'refused'; error: ApiError };

/** The server tells something every second. After so long without, the line is dead although nobody said so. */
const SILENT_MS = 15_000;
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 30_000;

/** Time between two tries, ms: doubled with every failure in a row. */
export const retryMs = (failures: number): number => Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.max(0, failures - 1));

export interface Follow {
  connect: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;
  told: (told: Told) => void;
  /** Resolves after `ms`, or as soon as there is reason to try again. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  now: () => number;
  signal: AbortSignal;
  silentMs?: number;
}

/** Follows the stream until it is called off or refused, through every break. */
export async function follow({ connect, told, pause, now, signal, silentMs = SILENT_MS }: Follow): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    let error: ApiError;
    try {
      const stream = await connect(signal);
      await eventsOf(stream, silentMs, (name, data) => {
        try {
          const { result } = open<QueryResult>(200, data, null);
          if (name !== 'tick') return;
          failures = 0;
          told({ kind: 'tick', result, atMs: now() });
        } catch (thrown) {
          // The stream of a key that was revoked ends after this.
          if (thrown instanceof ApiError) told({ kind: 'unanswered', error: thrown });
          else throw thrown;
        }
      });
      error = new ApiError('network', 'The stream from the server broke off.', 0, null);
    } catch (thrown) {
      if (signal.aborted) return;
      if (!(thrown instanceof ApiError)) throw thrown;
      error = thrown;
    }
    if (signal.aborted) return;
    if (error.kind === 'api' && error.status < 500 && error.status !== 429) return told({ kind: 'refused', error });
    failures += 1;
    const wait = retryMs(failures);
    told({ kind: 'broken', error, retryMs: wait });
    await pause(wait, signal);
  }
}

/** Reads server-sent events until the stream ends, breaks or falls silent. */
async function eventsOf(stream: ReadableStream<Uint8Array>, silentMs: number, on: (name: string, data: string) => void): Promise<void> {
  const parser = createParser({ onEvent: ({ event, data }) => on(event ?? 'message', data) });
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const silence = setTimeout(() => void reader.cancel(), silentMs);
    let chunk: ReadableStreamReadResult<Uint8Array>;
    try {
      chunk = await reader.read();
    } catch (error) {
      // What the browser throws when the line breaks in the middle has no other name than this.
      if (error instanceof TypeError) return;
      throw error;
    } finally {
      clearTimeout(silence);
    }
    if (chunk.done) return;
    parser.feed(decoder.decode(chunk.value, { stream: true }));
  }
}
