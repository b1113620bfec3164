// Here lives what left the page, put together as the server does it: beacons by attempt, totals merged by their greatest.

import { decode } from '@playhead/collector/debug';

/**
 * @typedef {object} Sent One attempt as the server would know it.
 * @property {string} id
 * @property {number} startedAt ms since 1970
 * @property {Record<string, any>} totals
 * @property {{stall_ms: number, cause: string, at_ms: number}[]} stalls
 * @property {Record<string, any>} context
 * @property {string} state
 * @property {number} to_ms end of the last interval
 * @property {any[]} events
 * @property {number} beacons
 */

/** Texts are set once, numbers and flags grow. @param {Record<string, any>} into @param {Record<string, any>} more */
function merge(into, more) {
  for (const [name, value] of Object.entries(more)) {
    if (typeof value === 'number' || typeof value === 'boolean') {
      if (into[name] === undefined || value > into[name]) into[name] = value;
    } else into[name] ??= value;
  }
}

/** @param {{body: Uint8Array}[]} batches @returns {Sent[]} in order of their begin */
export function attemptsOf(batches) {
  /** @type {Map<string, {latest: number, seen: Set<number>, sent: Sent}>} */
  const found = new Map();
  for (const { body } of batches) {
    for (const beacon of decode(body).beacons) {
      let known = found.get(beacon.attempt_id);
      if (known === undefined) {
        const sent = { id: beacon.attempt_id, startedAt: beacon.started_at_ms, totals: {}, stalls: [], context: {}, state: '', to_ms: 0, events: [], beacons: 0 };
        found.set(beacon.attempt_id, (known = { latest: -1, seen: new Set(), sent }));
      }
      if (known.seen.has(beacon.sequence)) continue;
      known.seen.add(beacon.sequence);
      const { sent } = known;
      sent.beacons += 1;
      merge(sent.totals, beacon.totals);
      Object.assign(sent.context, beacon.context);
      const events = beacon.interval.events ?? [];
      sent.events.push(...events);
      for (const event of events) if (event.event === 'stall') sent.stalls.push(event);
      if (beacon.sequence > known.latest) {
        known.latest = beacon.sequence;
        sent.state = beacon.state;
        sent.to_ms = beacon.interval.to_ms;
      }
    }
  }
  return [...found.values()].map(({ sent }) => sent).sort((a, b) => a.startedAt - b.startedAt);
}
