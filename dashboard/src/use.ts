// Here live the hooks that join pure parts to a browser: the address, the clock, the colour scheme, a question and its answer.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api.ts';
import { BASELINES, read, write, type Baseline, type Route } from './route.ts';

/** The reader's own zone and locale, as the browser says. */
let zoneHere: string | undefined;
export const browserZone = (): string => (zoneHere ??= new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');
export const browserLocale = (): string => {
  // Numbers and dates follow the reader; a language tag the engine does not know would throw later, at each number.
  const wanted = globalThis.navigator?.languages ?? [];
  return Intl.NumberFormat.supportedLocalesOf([...wanted])[0] ?? 'en-GB';
};

const BASELINE_KEY = 'playhead.baseline';

/** Baselines that can be preferred. Of a cohort an address has to say which attempts it is. */
export const PREFERABLE = BASELINES.filter((baseline) => baseline !== 'cohort');

/** What the reader prefers to compare with where the address does not say: `auto`, until the reader chooses. */
export function preferredBaseline(): Baseline {
  const stored = readStored('localStorage', BASELINE_KEY);
  return PREFERABLE.find((baseline) => baseline === stored) ?? 'auto';
}

export const preferBaseline = (baseline: Baseline): void => writeStored('localStorage', BASELINE_KEY, baseline);

/** The route of the address as it is now. */
export const routeHere = (): Route => read(location.search, browserZone(), preferredBaseline());

/** Changes to the route: a part of it, and whether the back button undoes it (default) or not. */
export type Go = (change: Partial<Route>, options?: { replace?: boolean }) => void;

/** The route, read from the address, and the way to change it. */
export function useRoute(): [Route, Go] {
  const [route, setRoute] = useState(routeHere);
  const current = useRef(route);
  useEffect(() => {
    const onPop = () => {
      current.current = routeHere();
      setRoute(current.current);
    };
    addEventListener('popstate', onPop);
    return () => removeEventListener('popstate', onPop);
  }, []);
  const go = useCallback<Go>((change, options) => {
    const next = { ...current.current, ...change };
    const address = location.pathname + write(next) + location.hash;
    if (options?.replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    current.current = next;
    setRoute(next);
  }, []);
  return [route, go];
}

/** The address of a changed route, for links that open in a tab of their own. */
export const hrefOf = (route: Route, change: Partial<Route>): string => write({ ...route, ...change });

/** A click the page may take over: the plain one. Others (new tab, download) are the browser's. */
export const isPlainClick = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

/** A time read less than so long ago is taken as now. */
const NOW_AGE_MS = 1_000;

/** The time, read anew every `everyMs` while the page is visible, and at once when it becomes visible again. Null: once. */
export function useNow(everyMs: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    // What was drawn a moment ago is not drawn again for a few ms.
    setNow((old) => (Date.now() - old < NOW_AGE_MS ? old : Date.now()));
    if (everyMs === null) return;
    let timer: ReturnType<typeof setInterval> | undefined;
    const follow = () => {
      clearInterval(timer);
      if (document.visibilityState === 'hidden') return;
      setNow(Date.now());
      timer = setInterval(() => setNow(Date.now()), everyMs);
    };
    timer = setInterval(() => setNow(Date.now()), everyMs);
    document.addEventListener('visibilitychange', follow);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', follow);
    };
  }, [everyMs]);
  return now;
}

/** A question on its way. `answer` stays while a newer one is fetched, so that nothing jumps. */
export interface Asked<T> {
  answer: T | null;
  /** Whether `answer` belongs to the question as it is now, not to one before. */
  current: boolean;
  /** The newest failure; null after a success. */
  error: ApiError | null;
  busy: boolean;
  retry: () => void;
}

/** A refresh waits this many times as long as the last answer took: a slow server is not hurried. */
const PAUSE_PER_ANSWER = 2;

/** Asks whenever `key` changes, and again at each `tick` unless the last one is still under way or came late. */
export function useAnswer<T>(key: string, tick: number, ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [state, setState] = useState<{ answer: T | null; key: string | null; settled: string | null; error: ApiError | null; busy: boolean }>({
    answer: null,
    key: null,
    settled: null,
    error: null,
    busy: true,
  });
  const [attempt, setAttempt] = useState(0);
  const notBefore = useRef({ key: '', attempt: 0, at: 0 });
  const flight = useRef<{ key: string; controller: AbortController } | null>(null);
  const asking = useRef(ask);
  asking.current = ask;

  useEffect(() => {
    if (flight.current?.key === key) return;
    const { at, ...last } = notBefore.current;
    const began = performance.now();
    if (last.key === key && last.attempt === attempt && began < at) return;
    flight.current?.controller.abort();
    const mine = { key, controller: new AbortController() };
    flight.current = mine;
    setState((old) => (old.busy ? old : { ...old, busy: true }));
    const land = (next: { answer: T } | { error: ApiError }) => {
      if (flight.current !== mine) return;
      flight.current = null;
      const landed = performance.now();
      notBefore.current = { key, attempt, at: landed + PAUSE_PER_ANSWER * (landed - began) };
      setState((old) =>
        'answer' in next
          ? { answer: next.answer, key, settled: key, error: null, busy: false }
          : { ...old, settled: key, error: next.error, busy: false },
      );
    };
    asking.current(mine.controller.signal).then(
      (answer) => land({ answer }),
      (error: unknown) => {
        if (mine.controller.signal.aborted) return;
        if (error instanceof ApiError) return land({ error });
        // A mistake of this page, not of the server: shown as one, and left in the console with its stack.
        console.error(error);
        land({ error: new ApiError('unreadable', `This page failed: ${String(error)}`, 0, null) });
      },
    );
  }, [key, tick, attempt]);
  useEffect(() => () => flight.current?.controller.abort(), []);

  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  // Busy from the moment the question changes, not only from when it has left.
  const busy = state.busy || state.settled !== key;
  return { answer: state.answer, current: state.key === key, error: state.error, busy, retry };
}

/** Something that changes the server, done at most once at a time. */
export interface Action {
  busy: boolean;
  error: ApiError | null;
  /** Does it; true when it was done. */
  run: (act: () => Promise<unknown>) => Promise<boolean>;
}

export function useAction(): Action {
  const [state, setState] = useState<{ busy: boolean; error: ApiError | null }>({ busy: false, error: null });
  const busy = useRef(false);
  const run = useCallback(async (act: () => Promise<unknown>) => {
    if (busy.current) return false;
    busy.current = true;
    setState({ busy: true, error: null });
    let error: ApiError | null = null;
    try {
      await act();
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      error = thrown;
    } finally {
      busy.current = false;
      setState({ busy: false, error });
    }
    return error === null;
  }, []);
  return { ...state, run };
}

/** A value one picture later: what depends on it is drawn in a task of its own, after what shows the value itself. */
export function useLate<T>(value: T): T {
  const [late, setLate] = useState(value);
  useEffect(() => setLate(() => value), [value]);
  return late;
}

/** False at first; true in a task of its own, when the browser has nothing better to do. */
export function useIdle(): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const done = () => setIdle(true);
    if (!globalThis.requestIdleCallback) {
      const timer = setTimeout(done, IDLE_WITHIN_MS);
      return () => clearTimeout(timer);
    }
    const id = requestIdleCallback(done, { timeout: IDLE_WITHIN_MS });
    return () => cancelIdleCallback(id);
  }, []);
  return idle;
}

/** Whether an element has been near the window yet: what only eyes need is made for it then. */
export function useNear(element: { current: Element | null }): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (near || !element.current) return;
    const observer = new IntersectionObserver((seen) => seen.some(({ isIntersecting }) => isIntersecting) && setNear(true), { rootMargin: NEAR });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [near]);
  return near;
}

/** How near that is. */
const NEAR = '200px';

/** What waits for an idle moment waits no longer than so long. */
const IDLE_WITHIN_MS = 500;

export type Scheme = 'light' | 'dark';
const SCHEME_KEY = 'playhead.scheme';

/** The colour scheme: the system's, until the reader chooses. */
export function useScheme(): [Scheme, () => void] {
  const system = () => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  const stored = () => {
    const value = readStored('localStorage', SCHEME_KEY);
    return value === 'light' || value === 'dark' ? value : null;
  };
  const [scheme, setScheme] = useState<Scheme>(() => stored() ?? system());
  useLayoutEffect(() => {
    document.documentElement.dataset.scheme = scheme;
  }, [scheme]);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => {
      if (!stored()) setScheme(system());
    };
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, []);
  const toggle = useCallback(() => {
    setScheme((old) => {
      const next = old === 'dark' ? 'light' : 'dark';
      writeStored('localStorage', SCHEME_KEY, next);
      return next;
    });
  }, []);
  return [scheme, toggle];
}

/** Stores by name: a browser that forbids them throws at the mention already. */
type StoreName = 'localStorage' | 'sessionStorage';

/** Reads a store; null where the browser forbids it. */
export function readStored(store: StoreName, name: string): string | null {
  try {
    return globalThis[store].getItem(name);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/** Writes to a store that a browser may forbid or that may be full; the page then forgets, and works. */
export function writeStored(store: StoreName, name: string, value: string | null): void {
  try {
    if (value === null) globalThis[store].removeItem(name);
    else globalThis[store].setItem(name, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
