// Here lives a viewer's pseudonym of the page's own, for those who want one. An entry of its own: nothing is stored unless it is called.

export interface ViewerOptions {
  /** After so many days without a visit the viewer is another. Default: 90. */
  days?: number;
}

const NAME = 'playhead.viewer';

/**
 * A pseudonym that this browser keeps for this site in `localStorage`, made by chance: for `context.viewer_id`. Ask the viewer first where
 * the law says so. Null, and nothing stored any more, where the browser says Global Privacy Control; null where nothing can be stored.
 */
export function viewerId(options: ViewerOptions = {}): string | null {
  try {
    if ((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true) {
      forgetViewer();
      return null;
    }
    const now = Date.now();
    // `<when it ends, ms since 1970>:<the pseudonym>`
    const [until, known] = (localStorage.getItem(NAME) ?? '').split(':');
    const viewer = known && Number(until) > now ? known : crypto.randomUUID();
    localStorage.setItem(NAME, `${now + (options.days ?? 90) * 86_400_000}:${viewer}`);
    return viewer;
  } catch {
    // Storage that is switched off throws; then every visit is another viewer's.
    return null;
  }
}

/** Removes the pseudonym, for a viewer who took consent back. */
export function forgetViewer(): void {
  try {
    localStorage.removeItem(NAME);
  } catch {
    // Nothing can be stored, so nothing is.
  }
}
