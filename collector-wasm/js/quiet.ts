// Here lives the promise that nothing is ever thrown into the page.

let warned = false;

/** One console warning per document; then silence. */
export function warn(what: string, why?: unknown): void {
  if (warned) return;
  warned = true;
  console.warn(`playhead: ${what}`, why ?? '');
}

/** `act`, with whatever it throws turned into one warning. */
export function quiet<Arguments extends unknown[]>(act: (...given: Arguments) => void): (...given: Arguments) => void {
  return (...given) => {
    try {
      act(...given);
    } catch (error) {
      warn('a measurement failed', error);
    }
  };
}

/** The same of everything that an object can do. */
export function quietly<Acts extends object>(acts: Acts): Acts {
  return Object.fromEntries(Object.entries(acts).map(([name, act]) => [name, quiet(act)])) as Acts;
}
