// Here live the clocks, timers and dice, in one object so that tests can hold them.

export interface Clock {
  /** Monotonic, ms since the document's origin. */
  now(): number;
  /** Wall clock, ms since 1970. */
  unix(): number;
  after(ms: number, act: () => void): () => void;
  every(ms: number, act: () => void): () => void;
  /** 0 ≤ x < 1. */
  random(): number;
}

export const browserClock: Clock = {
  now: () => performance.now(),
  unix: () => Date.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  every(ms, act) {
    const timer = setInterval(act, ms);
    return () => clearInterval(timer);
  },
  random: () => Math.random(),
};

/** When an event happened, on the monotonic clock. Old engines gave `timeStamp` another origin; then it is now. */
export function happened(event: Event, now: number): number {
  const at = event.timeStamp;
  return at > 0 && at <= now && now - at < 10_000 ? at : now;
}

/** A UUIDv7: 48 bits of time, then chance. */
export function attemptId(unix: number): string {
  const chance = crypto.getRandomValues(new Uint8Array(10));
  chance[0] = (chance[0]! & 0x0f) | 0x70;
  chance[2] = (chance[2]! & 0x3f) | 0x80;
  const hex = (number: number, digits: number): string => Math.floor(number).toString(16).padStart(digits, '0');
  return (hex(unix, 12) + Array.from(chance, (byte) => hex(byte, 2)).join('')).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
