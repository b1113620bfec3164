// Here lives the listening on the line: what the collector really posts, read from `fetch` and `sendBeacon` as they are called.
// Only this demo page does that; a page of yours has no need to.

import { decode } from '../dist/debug.js';

/** The part of a beacon this page shows. Names as on the wire. */
export interface SentBeacon {
  attempt_id: string;
  sequence: number;
  started_at_ms: number;
  kind: string;
  state: string;
  interval: { from_ms: number; to_ms: number };
  totals: {
    startup_any_ms?: number;
    play_ms?: number;
    paused_ms?: number;
    stall_ms?: number;
    stall_count?: number;
    stall_short_count?: number;
    stall_ms_max?: number;
    seek_count?: number;
    seek_ms?: number;
    error_count?: number;
    failure?: { class: string; code: string };
  };
}

/** How a batch went: its status, 0 when the network failed, null when nobody will know (`sendBeacon`). */
export type Outcome = number | null;

/** Calls `seen` with every batch that leaves. To be called before the collector is attached. */
export function listen(seen: (beacons: SentBeacon[], outcome: Outcome) => void): void {
  const read = (url: string, body: unknown): SentBeacon[] | null => {
    if (!new URL(url, location.href).pathname.endsWith('/v1/beacons') || !(body instanceof Uint8Array)) return null;
    return decode(body).beacons as SentBeacon[];
  };
  const { fetch } = window;
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const beacons = read(url, init?.body);
    try {
      const response = await fetch(input, init);
      if (beacons !== null) seen(beacons, response.status);
      return response;
    } catch (error) {
      if (beacons !== null) seen(beacons, 0);
      throw error;
    }
  };
  const { sendBeacon } = navigator;
  navigator.sendBeacon = (url, body) => {
    const beacons = read(String(url), body);
    const taken = sendBeacon.call(navigator, url, body);
    if (beacons !== null && taken) seen(beacons, null);
    return taken;
  };
}
