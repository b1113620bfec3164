// Here lives where the API key is kept between two visits: for this tab, or on this device when the reader says so.
import { keyFromFragment } from './route.ts';
import { readStored, writeStored } from './use.ts';

const NAME = 'playhead.apiKey';

/** The key to begin with: from `#key=…`, which is taken out of the address at once, else from the stores. */
export function firstKey(): string | null {
  const { key, rest } = keyFromFragment(location.hash);
  if (key) {
    history.replaceState(null, '', location.pathname + location.search + rest);
    keepKey(key, false);
    return key;
  }
  return readStored('sessionStorage', NAME) ?? readStored('localStorage', NAME);
}

/** Keeps the key for this tab, and beyond it when `remember`. */
export function keepKey(key: string, remember: boolean): void {
  writeStored('sessionStorage', NAME, key);
  if (remember) writeStored('localStorage', NAME, key);
}

export function forgetKey(): void {
  writeStored('sessionStorage', NAME, null);
  writeStored('localStorage', NAME, null);
}
