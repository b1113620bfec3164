// Here lives the keeping of what could not be sent, for the next page. An entry of its own: nothing is stored on the device unless a page asks.

/** Where beacons wait for the next page, when this one goes before the server took them. */
export interface Keeper {
  /** What a page before this one kept and may still be sent, as it was; it is taken off the device. `now` is the wall clock, ms since 1970. */
  take(now: number): number[][];
  /** Keeps these, and only these: the newest, where there is no room for all. */
  keep(beacons: readonly number[][], now: number): void;
  /** The server took what this page kept. */
  sent(): void;
  /** Forgets everything, whoever kept it. */
  forget(): void;
}

/** A place for one text. */
export interface Shelf {
  read(): string | null;
  write(text: string | null): void;
}

/** The end of one or two attempts; older than a day it is not worth the room. */
const KEPT_BYTES = 60_000;
const KEPT_MS = 24 * 3_600_000;

/** A keeper whose shelf is this: the time at which all of it is too old, and each beacon in base64, with spaces. */
export function keeperOn(shelf: Shelf): Keeper {
  let kept = false;
  return {
    take(now) {
      const text = shelf.read();
      if (!text) return [];
      shelf.write(null);
      const [until, ...words] = text.split(' ');
      const left = Number(until) - now;
      return left > 0 && left <= KEPT_MS ? words.map((word) => Array.from(atob(word), (letter) => letter.charCodeAt(0))) : [];
    },
    keep(beacons, now) {
      let length = 0;
      // Totals are cumulative: of an attempt the newest says most.
      const newest = [...beacons].reverse().filter((bytes) => (length += ((bytes.length + 2) / 3) * 4) <= KEPT_BYTES);
      kept = newest.length > 0;
      if (kept) shelf.write([now + KEPT_MS, ...newest.reverse().map((bytes) => btoa(String.fromCharCode(...bytes)))].join(' '));
    },
    sent() {
      if (kept) shelf.write(null);
      kept = false;
    },
    forget() {
      shelf.write(null);
    },
  };
}

/**
 * For the option of this name: beacons that could not be sent wait in `localStorage` (one entry, `playhead`) for the next page of the site, for
 * a day, 60 kB at most.
 */
export const keepUnsent: Keeper = /* @__PURE__ */ keeperOn({
  read() {
    try {
      return localStorage.getItem('playhead');
    } catch {
      return null;
    }
  },
  write(text) {
    try {
      if (text === null) localStorage.removeItem('playhead');
      else localStorage.setItem('playhead', text);
    } catch {
      // Full, or forbidden: then nothing is kept.
    }
  },
});
