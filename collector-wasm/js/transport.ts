// Here lives the way to the server: batches, retries that keep their sequence numbers, a bounded queue, and the last words of a page.

import type { Clock } from './clock.ts';
import { field } from './compact.ts';
import type { Keeper } from './keep.ts';
import { warn } from './quiet.ts';

/** What waits to be sent: a beacon as field of its batch. It never changes, so a retry is the same beacon. */
interface Parcel {
  bytes: number[];
  accepted?: (() => void) | undefined;
}

export interface Network {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Absent where the platform has none. */
  sendBeacon?: ((url: string, body: Uint8Array<ArrayBuffer>) => boolean) | undefined;
  /** Whether `fetch` honours `keepalive`. */
  keepalive: boolean;
  /** Absent where nothing may be kept. */
  keeper?: Keeper | undefined;
}

/** What the `debug` option is told. */
export interface SentBatch {
  /** Message `BeaconBatch`, as it leaves; `decode` of `@playhead/collector/debug` reads it. */
  body: Uint8Array<ArrayBuffer>;
  beacons: number;
  via: 'fetch' | 'sendBeacon';
}

const SCHEMA_VERSION = 1;
/** Browsers allow 64 KiB in flight for keepalive requests and beacons together (measured: 65,536 pass, one more is refused). */
const IN_FLIGHT_BYTES = 65_536;
/** Room is left for a batch of another player on the page. */
const BATCH_BYTES = 30_000;
const BATCH_BEACONS = 100;
/** At one beacon per 10 s an hour and a half offline. Totals are cumulative, so the oldest are the ones to lose. */
const QUEUE_BEACONS = 500;
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 60_000;
const TIMEOUT_MS = 20_000;

let inFlightBytes = 0;

/** The server's clock minus the page's, and the round trip by which that is known to half. One server, one page: one number. */
let serverOffset: [number, number] | null = null;

/** The way of one page's beacons. */
export interface Transport {
  /** Nothing leaves while held; what waits then is forgotten with `drop`. */
  hold(): void;
  release(): void;
  /** Forgets what waits, here and for the next page. */
  drop(): void;
  /** The server's wall clock minus the page's, ms, from its replies; null before the first. */
  serverOffset_ms(): number | null;
  /** How many beacons wait. */
  waiting(): number;
  /** Sends a message `Beacon` soon; batches by itself while a request is on its way. */
  add(beacon: number[], accepted: () => void): void;
  /** The connection is back, or the server may be asked again: do not wait for the timer. */
  wake(): void;
  /** The page may be gone in a moment: everything leaves now, whatever is on its way already. */
  flush(): void;
}

export function transportTo(url: string, clock: Clock, network: Network, debug?: (batch: SentBatch) => void): Transport {
  let queue: Parcel[] = [];
  let sending = 0;
  let failures = 0;
  let cancelRetry: (() => void) | null = null;
  let refused = false;
  let held = false;
  let batchBeacons = BATCH_BEACONS;

  const push = (parcel: Parcel): void => {
    if (refused) return;
    queue.push(parcel);
    queue.splice(0, queue.length - QUEUE_BEACONS);
    pump();
  };

  const stopRetry = (): void => {
    cancelRetry?.();
    cancelRetry = null;
  };

  const wake = (): void => {
    stopRetry();
    pump();
  };

  const pump = (): void => {
    if (!sending && !cancelRetry && queue.length && !refused && !held) send(false);
  };

  const send = (leaving: boolean): void => {
    const head = [...field(1, SCHEMA_VERSION), ...field(2, Math.round(clock.unix()))];
    let length = head.length;
    let count = 0;
    for (const { bytes } of queue.slice(0, batchBeacons)) {
      length += bytes.length;
      if (count > 0 && length > BATCH_BYTES) break;
      count += 1;
    }
    const parcels = queue.splice(0, count);
    const body = Uint8Array.from([...head, ...parcels.flatMap(({ bytes }) => bytes)]);
    const bytes = body.length;
    const fits = inFlightBytes + bytes <= IN_FLIGHT_BYTES;
    const keepalive = network.keepalive && fits;
    if (leaving && !keepalive) {
      // `sendBeacon` says at once whether it was taken; nobody will ever say whether it arrived, so the context stays due.
      if (fits && network.sendBeacon?.(url, body)) tell(body, parcels.length, 'sendBeacon');
      else queue.unshift(...parcels);
      return;
    }
    sending += 1;
    if (keepalive) inFlightBytes += bytes;
    const abort = new AbortController();
    const cancelTimeout = clock.after(TIMEOUT_MS, () => abort.abort());
    // Bytes have no type: no CORS preflight, which would be lost at unload.
    const init: RequestInit = { method: 'POST', body, keepalive, credentials: 'omit', cache: 'no-store', signal: abort.signal };
    const sentAt = clock.now();
    // Asynchronous, so that a page's own `fetch` that throws is a request that failed.
    const asked = (async () => network.fetch(url, init))();
    tell(body, parcels.length, 'fetch');
    asked
      .then(
        (response) => answered(response, parcels, sentAt),
        () => failed(parcels, null),
      )
      .catch((error: unknown) => warn('sending failed', error))
      .then(() => {
        cancelTimeout();
        sending -= 1;
        if (keepalive) inFlightBytes -= bytes;
        pump();
      });
  };

  const tell = (body: SentBatch['body'], beacons: number, via: SentBatch['via']): void => {
    try {
      debug?.({ body, beacons, via });
    } catch (error) {
      warn('debug failed', error);
    }
  };

  /** The reply says what time it is; of several the quickest is believed. */
  const learnClock = async (response: Response, sentAt: number): Promise<void> => {
    const round = clock.now() - sentAt;
    const unix = clock.unix();
    const answer = (await response.json()) as { data?: { result?: { received_at_ms?: number } } };
    const received = answer.data?.result?.received_at_ms;
    if (received !== undefined && round <= (serverOffset?.[1] ?? Infinity)) serverOffset = [received - (unix - round / 2), round];
  };

  const answered = (response: Response, parcels: Parcel[], sentAt: number): void => {
    const { status } = response;
    if (response.ok) {
      learnClock(response, sentAt).catch(() => undefined);
      failures = 0;
      for (const { accepted } of parcels) accepted?.();
      if (!queue.length) network.keeper?.sent();
      return;
    }
    if (status === 429 || status === 408 || status >= 500) {
      failed(parcels, retryAfterMs(response.headers.get('Retry-After'), clock.unix()));
      return;
    }
    if (status === 413 && parcels.length > 1) {
      batchBeacons = Math.ceil(parcels.length / 2);
      failed(parcels, 0);
      return;
    }
    // The same batch would be turned away again; with a wrong key so would every other.
    if (status === 401 || status === 403) {
      refused = true;
      queue = [];
    }
    warn(`the server answered ${status}`);
  };

  const failed = (parcels: Parcel[], afterMs: number | null): void => {
    queue.unshift(...parcels);
    queue.splice(0, queue.length - QUEUE_BEACONS);
    retry(afterMs);
  };

  const retry = (afterMs: number | null): void => {
    // Half fixed, half chance: a server that comes back is not met by everyone at once.
    const backoff = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** failures);
    failures += 1;
    const wait = Math.max(afterMs ?? 0, backoff / 2 + (backoff / 2) * clock.random());
    cancelRetry?.();
    cancelRetry = clock.after(wait, () => {
      cancelRetry = null;
      pump();
    });
  };

  // Its beacons are whole: how often they arrive does not matter.
  for (const bytes of network.keeper?.take(clock.unix()) ?? []) push({ bytes });

  return {
    hold: () => void (held = true),
    release() {
      held = false;
      wake();
    },
    drop() {
      queue = [];
      network.keeper?.forget();
    },
    serverOffset_ms: () => serverOffset?.[0] ?? null,
    waiting: () => queue.length,
    add: (beacon, accepted) => push({ bytes: field(4, beacon), accepted }),
    wake,
    flush() {
      stopRetry();
      while (queue.length && !refused && !held) {
        const before = queue.length;
        send(true);
        if (queue.length >= before) break;
      }
      // What could not leave is tried again if the page lives on, else by the next.
      if (queue.length) {
        if (!held) network.keeper?.keep(queue.map(({ bytes }) => bytes), clock.unix());
        if (!sending) retry(null);
      }
    },
  };
}

/** `Retry-After` in ms: seconds or a date; null when it is neither. Never more than an hour. */
export function retryAfterMs(value: string | null, unix: number): number | null {
  if (value === null) return null;
  const seconds = Number(value);
  const ms = isNaN(seconds) ? Date.parse(value) - unix : seconds * 1_000;
  return isNaN(ms) ? null : Math.min(3_600_000, Math.max(0, ms));
}

/** With a keeper, what could not be sent waits on the device for the next page. */
export function browserNetwork(keeper: Keeper | undefined): Network {
  return {
    keeper,
    // Looked up at each call: a page may wrap it later.
    fetch: (url, init) => window.fetch(url, init),
    // A browser may be told to have none.
    sendBeacon: (url, body) => (navigator as Partial<Navigator>).sendBeacon?.(url, body) === true,
    keepalive: 'keepalive' in Request.prototype,
  };
}
