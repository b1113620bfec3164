// Here lives the page that asks for the API key. The key is proved by asking for the catalogues, which the page needs anyway.
import { useState } from 'preact/hooks';
import type { ApiError } from '../api.ts';
import { Mark } from '../chart/icon.tsx';
import { Failure } from './state.tsx';

export function SignIn(props: { error: ApiError | null; busy: boolean; enter: (key: string, remember: boolean) => void }) {
  const [key, setKey] = useState('');
  const [remember, setRemember] = useState(false);
  const onSubmit = (event: Event) => {
    event.preventDefault();
    if (key.trim()) props.enter(key.trim(), remember);
  };
  return (
    <main class="sign-in">
      <form class="sign-in-card" onSubmit={onSubmit} aria-label="Sign in">
        <p class="brand">
          <Mark />
          <span>Playhead</span>
        </p>
        <h1>What do your viewers experience?</h1>
        <label class="field">
          <span>API key</span>
          <input
            name="api-key"
            type="password"
            autocomplete="current-password"
            spellcheck={false}
            autofocus
            required
            value={key}
            aria-describedby="key-help"
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <p id="key-help" class="muted small">
          A key with read scope. <code>playhead account</code> creates one; the demo prints one at its start.
        </p>
        <label class="check">
          <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.currentTarget.checked)} />
          <span>Remember on this device</span>
        </label>
        <button type="submit" class="button button-primary" disabled={props.busy}>
          {props.busy ? 'Checking the key…' : 'Open dashboard'}
        </button>
        <div class="sign-in-error">
          {props.error && (
            <>
              <Failure error={props.error} />
              {props.error.isKey && (
                <p class="small muted">
                  Check that the whole key was copied and that it is an API key: the license key in a page’s source is another and opens
                  nothing here.
                </p>
              )}
            </>
          )}
        </div>
      </form>
    </main>
  );
}
