// Here lives the listening to a player: nothing of it is ever thrown back into the player.

/** `act`, with whatever it throws swallowed: a player of another shape cannot tell, and what it cannot tell stays unknown. */
export function calm<Given extends unknown[]>(act: (...given: Given) => void): (...given: Given) => void {
  return (...given) => {
    try {
      act(...given);
    } catch {
      // Said above.
    }
  };
}

/** What has to be undone when an adapter lets go. */
export class Undo {
  readonly #steps: (() => void)[] = [];

  add(step: () => void): void {
    this.#steps.push(calm(step));
  }

  all(): void {
    for (const step of this.#steps.splice(0)) step();
  }
}

/** A wall-clock moment on the page's monotonic clock; both run at the same speed while a request lasts. */
export const onPageClock = (wall: number): number => performance.now() - (Date.now() - wall);
