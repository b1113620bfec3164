// Here lives loading of a component on demand, in the few lines it takes: Preact's own needs its whole React layer.
import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from './api.ts';
import { Failure } from './panel/state.tsx';

/** A component whose code is fetched when it is first shown. A fetch that fails is said, and can be tried again. */
export function lazy<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  fallback: () => ComponentChildren,
): (props: P) => ComponentChildren {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [attempt, setAttempt] = useState(0);
    const [failed, setFailed] = useState(false);
    const [, setReady] = useState(loaded !== null);
    useEffect(() => {
      if (loaded) return;
      let here = true;
      load().then(
        (module) => {
          loaded = module.default;
          if (here) setReady(true);
        },
        () => here && setFailed(true),
      );
      return () => {
        here = false;
      };
    }, [attempt]);
    if (loaded) {
      const Loaded = loaded;
      return <Loaded {...props} />;
    }
    if (!failed) return fallback();
    const error = new ApiError('network', 'A part of this page could not be loaded. After an update of the server, reload the page.', 0, null);
    const retry = () => {
      setFailed(false);
      setAttempt(attempt + 1);
    };
    return <Failure error={error} retry={retry} />;
  };
}
