// Here lives the question before something that cannot be taken back, or that ends measuring: a dialog, so that focus stays in it
// and Escape means no.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useAction } from '../use.ts';
import { Failure } from './state.tsx';

export function Confirm(props: {
  title: string;
  /** What the button that does it says. */
  action: string;
  act: () => Promise<unknown>;
  /** Called when it was done, or was not wanted. */
  close: (done: boolean) => void;
  children: ComponentChildren;
}) {
  const { title, action, act, close, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const { busy, error, run } = useAction();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="confirm-title" onCancel={() => close(false)}>
      <h2 id="confirm-title">{title}</h2>
      <div>{children}</div>
      {error && <Failure error={error} />}
      <p class="confirm-actions">
        {/* The harmless one comes first and so has the focus. */}
        <button type="button" class="button" onClick={() => close(false)}>
          Cancel
        </button>
        <button type="button" class="button button-alarm" disabled={busy} onClick={async () => (await run(act)) && close(true)}>
          {action}
        </button>
      </p>
    </dialog>
  );
}
