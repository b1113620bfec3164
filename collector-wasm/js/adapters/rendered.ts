// Here lives the answer to which rung is on the screen. Players say when they decided, loaded or appended; measured, what they call
// "switched" came up to 1.4 s before the picture changed, and for segments that were replaced it never changed at all. The picture's own
// height does not lie, so it decides; the player's word decides only among rungs of the same height.

import type { Rendition, Signals } from '../adapter.ts';
import { calm, listen } from './listen.ts';

/** Heights this near are the same: an odd height is rounded by some encoders and not by others, px. */
const SAME_PX = 2;

export interface Rendered {
  /** The player says that this one is shown, as far as it knows. */
  said(rendition: Rendition | undefined): void;
  /** The ladder became known. */
  look(): void;
  end(): void;
}

/** Tells `signals` of renditions as they come onto the screen of `video`; `ladder` gives what there is to choose from. */
export function rendered(media: HTMLMediaElement, signals: Signals, ladder: () => readonly Rendition[]): Rendered {
  const video = media as Partial<HTMLVideoElement>;
  let word: Rendition | undefined;
  let shown: Rendition | undefined;
  const look = (): void => {
    const height = video.videoHeight ?? 0;
    if (!height) return;
    const near = (rendition?: Rendition): boolean => Math.abs((rendition?.height ?? Infinity) - height) <= SAME_PX;
    // Where no rung is of the picture's height (the manifest tells none, or tells wrong), the player's word is all there is. The one that is
    // shown stays, though the player may have taken it off its list.
    const found = near(word) ? word : near(shown) ? shown : (ladder().find((rung) => near(rung)) ?? word);
    if (found) signals.rendition((shown = found));
  };
  const resized = calm(look);
  const end = listen(media, { resize: resized });
  // Attached to a picture that is there already.
  resized();
  return {
    said(rendition) {
      word = rendition;
      look();
    },
    look: resized,
    end,
  };
}

/** A number above zero, or nothing. */
export const positive = (value: unknown): number | undefined => (typeof value === 'number' && value > 0 ? value : undefined);
