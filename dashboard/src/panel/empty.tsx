// Here lives what stands where there is nothing to show: why, and the next step.
import { useDashboard } from '../context.ts';
import { snippetOf } from '../data/snippet.ts';
import { RouteLink } from './link.tsx';
import { Snippet } from './state.tsx';

export function Empty() {
  const { route, go } = useDashboard();
  const filtered = route.filters.length > 0;
  return (
    <section class="panel empty" aria-label="No attempts" data-panel="empty">
      <h2>No attempts {filtered ? 'match the filters in this range' : 'in this range'}</h2>
      <p class="empty-actions">
        {filtered && (
          <button type="button" class="button button-primary" onClick={() => go({ filters: [] })}>
            Remove the filters
          </button>
        )}
        {route.range !== '28d' && (
          <button type="button" class={`button${filtered ? '' : ' button-primary'}`} onClick={() => go({ range: '28d', from: null, to: null, interval: null })}>
            Look at the last 28 days
          </button>
        )}
        <a class="button" href="/player" target="_blank" rel="noreferrer">
          Play the demo video
        </a>
      </p>
      {!filtered && (
        <>
          <p>
            Nothing measured yet? Put this on the page with your player; its first attempt shows here within seconds. License keys, and snippets for
            hls.js, dash.js, Shaka Player and Video.js: <RouteLink change={{ view: 'settings' }}>Settings</RouteLink>.
          </p>
          <Snippet code={snippetOf('script', 'YOUR_LICENSE_KEY', location.origin)} />
        </>
      )}
    </section>
  );
}
