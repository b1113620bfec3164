// Here lives what happened beside the numbers: the list of the annotations drawn in the chart, and the form that adds one.
// Loaded on demand.
import { useState } from 'preact/hooks';
import type { AnnotationKind } from '../api-types.ts';
import { Icon } from '../chart/icon.tsx';
import { useDashboard } from '../context.ts';
import { KINDS, kindTitle, requestOf, whenText, type Draft, type Mark } from '../data/annotations.ts';
import { BASELINE_TITLES } from '../data/verdict.ts';
import { useAction } from '../use.ts';
import { localText } from '../zone.ts';
import { Confirm } from './confirm.tsx';
import { Failure } from './state.tsx';

export default function Annotations({ marks, more, changed }: { marks: readonly Mark[]; more: boolean; changed: () => void }) {
  const { api, route, locale, may } = useDashboard();
  const [open, setOpen] = useState<'form' | Mark | null>(null);
  const { busy, error, run } = useAction();
  const closed = (done: boolean) => {
    setOpen(null);
    if (done) changed();
  };
  return (
    <section class="annotations" aria-label="What happened when" data-panel="annotations">
      {marks.length > 0 && (
        <ul>
          {marks.map((mark) => {
            const { annotation, number, to } = mark;
            return (
              <li key={annotation.id} data-annotation={annotation.id} data-kind={annotation.kind}>
                <b class="annotation-number" data-kind={annotation.kind}>
                  {number}
                </b>
                <span>
                  {kindTitle(annotation.kind)}: {annotation.title} <span class="muted">{whenText(mark, route.zone, locale)}</span>
                  {annotation.text && <span class="muted"> · {annotation.text}</span>}
                </span>
                {may.write && (
                  <span class="annotation-actions">
                    {to === null && (
                      <button
                        type="button"
                        class="button button-quiet"
                        disabled={busy}
                        onClick={async () => (await run(() => api.changeAnnotation(annotation.id, { end: new Date().toISOString() }))) && changed()}
                      >
                        It is over<span class="visually-hidden">: {annotation.title}</span>
                      </button>
                    )}
                    <button type="button" class="button button-quiet" onClick={() => setOpen(mark)}>
                      Remove<span class="visually-hidden"> {annotation.title}</span>
                    </button>
                  </span>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {more && <p class="muted small">More happened than is drawn here; a shorter range shows all of it.</p>}
      {error && <Failure error={error} />}
      {open === 'form' && <Form close={closed} />}
      {open !== 'form' && may.write && (
        <button type="button" class="button button-quiet" onClick={() => setOpen('form')}>
          <Icon name="plus" /> Note what happened
        </button>
      )}
      {open !== null && open !== 'form' && (
        <Confirm title={`Remove “${open.annotation.title}”?`} action="Remove" act={() => api.deleteAnnotation(open.annotation.id)} close={closed}>
          It leaves every chart. Days that were left out of baselines because of it count again.
        </Confirm>
      )}
    </section>
  );
}

function Form({ close }: { close: (done: boolean) => void }) {
  const { api, route, range } = useDashboard();
  const [draft, setDraft] = useState<Draft>(() => ({
    kind: 'release',
    title: '',
    text: '',
    start: localText(range.live ? Date.now() : range.start, route.zone),
    end: '',
  }));
  const { busy, error, run } = useAction();
  const set = (change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change }));
  const request = requestOf(draft, route.zone);
  const days = draft.kind === 'holiday';
  const shownTime = (text: string) => (days ? text.slice(0, 10) : text.length === 10 ? `${text}T00:00` : text);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (request && (await run(() => api.createAnnotation(request)))) close(true);
  };
  return (
    <form class="card-form" aria-label="Note what happened" onSubmit={submit} onKeyDown={(event) => event.key === 'Escape' && close(false)}>
      <label class="field">
        <span>What</span>
        <select name="annotation-kind" value={draft.kind} autofocus onChange={(event) => set({ kind: event.currentTarget.value as AnnotationKind })}>
          {KINDS.map((kind) => (
            <option key={kind} value={kind} selected={kind === draft.kind}>
              {kindTitle(kind)}
            </option>
          ))}
        </select>
      </label>
      <label class="field field-wide">
        <span>Title</span>
        <input name="annotation-title" required value={draft.title} onInput={(event) => set({ title: event.currentTarget.value })} />
      </label>
      <label class="field">
        <span>{days ? 'First day' : draft.kind === 'release' ? 'When' : 'From'}</span>
        <input
          name="annotation-start"
          type={days ? 'date' : 'datetime-local'}
          required
          value={shownTime(draft.start)}
          onInput={(event) => set({ start: event.currentTarget.value })}
        />
      </label>
      {draft.kind !== 'release' && (
        <label class="field">
          <span>{days ? 'Last day' : draft.kind === 'incident' ? 'To; empty while it goes on' : 'To, if it took time'}</span>
          <input name="annotation-end" type={days ? 'date' : 'datetime-local'} value={shownTime(draft.end)} onInput={(event) => set({ end: event.currentTarget.value })} />
        </label>
      )}
      <label class="field field-wide">
        <span>More, if there is more to say</span>
        <input name="annotation-text" value={draft.text} onInput={(event) => set({ text: event.currentTarget.value })} />
      </label>
      <p class="card-actions">
        <button type="submit" class="button button-primary" disabled={busy || !request}>
          Note it
        </button>
        <button type="button" class="button" onClick={() => close(false)}>
          Cancel
        </button>
        <span class="muted small" role="status">
          {request ? `in ${route.zone.replaceAll('_', ' ')}` : 'The end must come after the beginning.'}
        </span>
      </p>
      {(draft.kind === 'incident' || draft.kind === 'holiday') && (
        <p class="muted small annotation-hint">“{BASELINE_TITLES.auto}” leaves out the days that this touches.</p>
      )}
      {error && <Failure error={error} />}
    </form>
  );
}
