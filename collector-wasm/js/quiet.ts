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

/** Everything that an object can do, each changed. */
export function each<Act, Changed>(acts: Record<string, Act>, change: (act: Act) => Changed): Record<string, Changed> {
  return Object.fromEntries(Object.entries(acts).map(([name, act]) => [name, change(act)]));
}

/** `quiet` of everything that an object can do. */
export const quietly = <Acts extends object>(acts: Acts): Acts => each(acts as Record<string, () => void>, quiet) as Acts;
