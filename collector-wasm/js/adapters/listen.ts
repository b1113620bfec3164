// Here lives the listening to a player: nothing of it is ever thrown back into the player.

/** Listens to events by name; the answer ends it. */
export function listen(target: EventTarget, acts: Record<string, (event: Event) => void>): () => void {
  const all = Object.entries(acts);
  for (const [name, act] of all) target.addEventListener(name, act);
  return () => {
    for (const [name, act] of all) target.removeEventListener(name, act);
  };
}

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

/** An adapter lets go: every step runs, whether or not one before it failed because the player is gone. */
export const undoAll = (steps: (() => void)[]) => (): void => steps.splice(0).forEach((step) => calm(step)());

/** A player's own method with `around` about it, on this player alone, until it is undone; who replaced it since keeps theirs. */
export function watch<Player extends object, Name extends keyof Player>(player: Player, name: Name, around: (own: Player[Name]) => Player[Name]): () => void {
  const own = Object.getOwnPropertyDescriptor(player, name);
  const watched = around(player[name]);
  player[name] = watched;
  return () => {
    if (player[name] !== watched) return;
    if (own) Object.defineProperty(player, name, own);
    else delete (player as Partial<Player>)[name];
  };
}

/** A wall-clock moment on the page's monotonic clock; both run at the same speed while a request lasts. */
export const onPageClock = (wall: number): number => performance.now() - (Date.now() - wall);
