// Here live the states every panel shares: waiting, nothing there, failed. Each says what to do next.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiError } from '../api.ts';
import { Icon } from '../chart/icon.tsx';

/** A panel: a titled region. `current` false dims what stands there while its successor is fetched. */
export function Panel(props: {
  title: ComponentChildren;
  /** Name of the region, for screen readers and tests. */
  label: string;
  name: string;
  controls?: ComponentChildren;
  current?: boolean;
  busy?: boolean;
  children: ComponentChildren;
}) {
  return (
    <section class="panel" aria-label={props.label} data-panel={props.name} aria-busy={props.busy ?? false}>
      <header class="panel-head">
        <h2>{props.title}</h2>
        {props.controls && <div class="panel-controls">{props.controls}</div>}
      </header>
      <div class="panel-body" data-stale={props.current === false ? '' : undefined}>
        {props.children}
      </div>
    </section>
  );
}

/** A place held free in the size of what will stand there; without a height, as high as its container. */
export function Skeleton({ height }: { height?: number }) {
  return (
    <div class="skeleton" style={height === undefined ? undefined : { height: `${height}px` }}>
      <span class="visually-hidden">Loading</span>
    </div>
  );
}

/** What failed, what to do, and the id to name when asking for help. `compact` stands above numbers that are still shown, or says in words what is not. */
export function Failure(props: { error: ApiError; retry?: () => void; signOut?: () => void; compact?: boolean | string }) {
  const { error, retry, signOut, compact } = props;
  return (
    <div class={`failure${compact ? ' failure-compact' : ''}`} role="alert">
      <p class="failure-title">
        <Icon name="unsure" />
        <span>
          {compact === true ? 'Not refreshed: ' : compact}
          {error.message}
        </span>
      </p>
      {error.details.length > 0 && (
        <ul>
          {error.details.map((detail) => (
            <li key={`${detail.field ?? ''}${detail.text}`}>
              {detail.field && <code>{detail.field}</code>} {detail.text}
            </li>
          ))}
        </ul>
      )}
      <p class="failure-actions">
        {retry && (
          <button type="button" class="button" onClick={retry}>
            Try again
          </button>
        )}
        {error.isKey && signOut && (
          <button type="button" class="button" onClick={signOut}>
            Use another key
          </button>
        )}
        {error.links.map(({ href, title }) => (
          <a key={href} href={href} target="_blank" rel="noreferrer">
            {title || 'What to do'}
          </a>
        ))}
      </p>
      <p class="failure-ids">
        {error.code !== null && (
          <>
            Code <code data-error-code>{error.code}</code>{' '}
          </>
        )}
        {error.requestId && (
          <>
            Request <code data-request-id>{error.requestId}</code>
          </>
        )}
      </p>
    </div>
  );
}

/** Why what stands below is not compared although it was to be. Not a failure: the numbers are there. */
export function Uncompared({ why }: { why: string | undefined }) {
  return why ? (
    <p class="panel-words" role="note" data-uncompared>
      {uncomparedText(why)}
    </p>
  ) : null;
}

export const uncomparedText = (why: string): string => `Not compared with the industry: ${why}.`;

/** A switch between a chart and the same as a table. */
export function TableToggle({ table, set }: { table: boolean; set: (table: boolean) => void }) {
  return (
    <button type="button" class="button button-quiet" aria-pressed={table} onClick={() => set(!table)}>
      <Icon name={table ? 'chart' : 'table'} />
      <span>{table ? 'Show as chart' : 'Show as table'}</span>
    </button>
  );
}

/** Puts a text on the clipboard. Without a secure origin there is none; the text can still be selected by hand. */
export function Copy({ text, label }: { text: string; label?: string }) {
  const [copied, setCopied] = useState<string | null>(null);
  const copy = () => {
    navigator.clipboard?.writeText(text).then(
      () => setCopied(text),
      () => setCopied(null),
    );
  };
  return (
    <button type="button" class="button" onClick={copy}>
      {copied === text ? 'Copied' : 'Copy'}
      {label && <span class="visually-hidden"> {label}</span>}
    </button>
  );
}

/** Code to take away. */
export function Snippet({ code }: { code: string }) {
  return (
    <div class="snippet">
      <pre tabIndex={0} aria-label="Snippet">
        <code>{code}</code>
      </pre>
      <Copy text={code} />
    </div>
  );
}
