// Here lives the page of experiments: which there are, how far each is, and the form that makes and changes them. What one came to
// is `results`. Loaded on demand.
import { useState } from 'preact/hooks';
import type { Experiment, ExperimentRequest } from '../api-types.ts';
import { Icon } from '../chart/icon.tsx';
import { useDashboard } from '../context.ts';
import { armsOf, draftOf, requestOf, sharesText, sinceText, STATE_TITLES, type Draft } from '../data/experiment.ts';
import { strangers } from '../data/ladder.ts';
import * as format from '../format.ts';
import { useAction, useAnswer } from '../use.ts';
import { Confirm } from './confirm.tsx';
import { RouteLink } from './link.tsx';
import ResultsPanel from './results.tsx';
import { Failure, Panel, Skeleton } from './state.tsx';
import '../later.css';

export default function ExperimentsPanel() {
  const { route } = useDashboard();
  return route.experiment ? <ResultsPanel key={route.experiment} id={route.experiment} /> : <List />;
}

function List() {
  const { api, route, may, signOut } = useDashboard();
  const asked = useAnswer(JSON.stringify(['experiments', route.organization]), 0, async (signal) => (await api.experiments(signal)).result.experiments);
  const [adding, setAdding] = useState(false);
  const shown = asked.answer;
  return (
    <>
      <h1 class="visually-hidden">Experiments</h1>
      <Panel
        title="Experiments"
        label="Experiments"
        name="experiments"
        busy={asked.busy}
        controls={
          may.write && (
            <button type="button" class="button" aria-expanded={adding} onClick={() => setAdding(!adding)}>
              <Icon name="plus" /> New experiment
            </button>
          )
        }
      >
        <p class="panel-words">
          A viewer’s arm is a hash of the experiment and the viewer: the same on every page and device. Pages ask with the collector’s <code>remote</code>.
        </p>
        {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
        {!shown && !asked.error && <Skeleton height={160} />}
        {adding && (
          <Form
            experiment={null}
            close={(done) => {
              setAdding(false);
              if (done) asked.retry();
            }}
          />
        )}
        {shown && shown.length === 0 && !adding && <p class="nothing">No experiment yet.{may.write ? ' The first one begins with “New experiment”.' : ''}</p>}
        {shown && shown.length > 0 && (
          <ul class="cards">
            {[...shown].reverse().map((experiment) => (
              <Card key={experiment.id} experiment={experiment} changed={asked.retry} />
            ))}
          </ul>
        )}
      </Panel>
    </>
  );
}

function Card({ experiment, changed }: { experiment: Experiment; changed: () => void }) {
  const { api, catalogue, route, locale, may } = useDashboard();
  const [open, setOpen] = useState<'edit' | 'start' | 'stop' | 'delete' | null>(null);
  const { id, name, description, arms, traffic, switchbackMinutes, metrics, guardrails, state } = experiment;
  const titles = (names: string[]) => names.map((metric) => catalogue.measure(metric)?.title ?? metric).join(', ');
  const closed = (done: boolean) => {
    setOpen(null);
    if (done) changed();
  };
  const facts: [string, string][] = [
    ['Arms', sharesText(arms, locale)],
    ['Takes part', `${format.partText(traffic, locale)} of viewers`],
    ['Assignment', switchbackMinutes ? `another arm every ${switchbackMinutes} min` : 'each viewer stays in one arm'],
    ['Decides', titles(metrics)],
    ['Must not get worse', titles(guardrails) || format.NOTHING],
  ];
  return (
    <li class="card" data-experiment={id} data-state={state}>
      <div class="card-head">
        <h3>{name}</h3>
        <span class="tag">{STATE_TITLES[state] ?? state}</span>
        <span class="muted small">{sinceText(experiment, route.zone, locale)}</span>
      </div>
      {description && <p>{description}</p>}
      <dl class="card-facts">
        {facts.map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="card-actions">
        {state !== 'draft' && (
          <RouteLink class="button button-primary" change={{ experiment: id }}>
            Results<span class="visually-hidden"> of {name}</span>
          </RouteLink>
        )}
        {state !== 'draft' && (
          <RouteLink
            class="button"
            change={{ view: 'overview', by: 'experiment_variant', filters: [{ attribute: 'experiment_name', operator: 'EQ', value: name }] }}
          >
            Its attempts, by arm<span class="visually-hidden">: {name}</span>
          </RouteLink>
        )}
        {may.write && (
          <>
            {state !== 'stopped' && (
              <button type="button" class="button" aria-expanded={open === 'edit'} onClick={() => setOpen(open === 'edit' ? null : 'edit')}>
                Change<span class="visually-hidden"> {name}</span>
              </button>
            )}
            {state === 'draft' && (
              <button type="button" class="button button-primary" onClick={() => setOpen('start')}>
                Start<span class="visually-hidden"> {name}</span>
              </button>
            )}
            {state === 'running' && (
              <button type="button" class="button" onClick={() => setOpen('stop')}>
                Stop<span class="visually-hidden"> {name}</span>
              </button>
            )}
            <button type="button" class="button button-quiet" onClick={() => setOpen('delete')}>
              Delete<span class="visually-hidden"> {name}</span>
            </button>
          </>
        )}
      </p>
      {open === 'edit' && <Form experiment={experiment} close={closed} />}
      {open === 'start' && (
        <Confirm title={`Start ${name}?`} action="Start" act={() => api.changeExperiment(id, { state: 'running' })} close={closed}>
          Its name, arms and switchback are fixed from then on. Pages that ask take part at once.
        </Confirm>
      )}
      {open === 'stop' && (
        <Confirm title={`Stop ${name} for good?`} action="Stop" act={() => api.changeExperiment(id, { state: 'stopped' })} close={closed}>
          Pages that ask from now on put nobody into it. It cannot be started again.
        </Confirm>
      )}
      {open === 'delete' && (
        <Confirm title={`Delete ${name}?`} action="Delete" act={() => api.deleteExperiment(id)} close={closed}>
          What its attempts say about their arms stays in them.
        </Confirm>
      )}
    </li>
  );
}

function Form({ experiment, close }: { experiment: Experiment | null; close: (done: boolean) => void }) {
  const { api } = useDashboard();
  const [draft, setDraft] = useState<Draft>(() => draftOf(experiment));
  const { busy, error, run } = useAction();
  const started = experiment !== null && experiment.state !== 'draft';
  const unknown = strangers(armsOf(draft.arms), draft.ladders);
  const set = (change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change }));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (unknown.length > 0) return;
    const said = requestOf(draft, started);
    // Of one that has not started the draft says every part.
    if (await run(() => (experiment ? api.changeExperiment(experiment.id, said) : api.createExperiment(said as ExperimentRequest)))) close(true);
  };
  return (
    <form class="card-form" aria-label={experiment ? `Change ${experiment.name}` : 'New experiment'} onSubmit={submit} onKeyDown={(event) => event.key === 'Escape' && close(false)}>
      {!started && (
        <>
          <label class="field">
            <span>Name</span>
            <input name="experiment-name" required value={draft.name} autofocus onInput={(event) => set({ name: event.currentTarget.value })} />
          </label>
          <label class="field field-wide">
            <span>Arms, one a line with its weight; the others are compared with the first</span>
            <textarea name="experiment-arms" required rows={3} spellcheck={false} value={draft.arms} onInput={(event) => set({ arms: event.currentTarget.value })} />
          </label>
        </>
      )}
      <label class="field">
        <span>Takes part, % of viewers</span>
        <input name="experiment-traffic" inputMode="decimal" required pattern="[0-9]+([.,][0-9]+)?" value={draft.traffic} onInput={(event) => set({ traffic: event.currentTarget.value })} />
      </label>
      {!started && (
        <label class="field">
          <span>Switchback, minutes; empty for none</span>
          <input name="experiment-switchback" inputMode="numeric" pattern="[0-9]*" value={draft.switchback} onInput={(event) => set({ switchback: event.currentTarget.value })} />
        </label>
      )}
      <label class="field field-wide">
        <span>Metrics that decide, the first above all</span>
        <input name="experiment-metrics" required spellcheck={false} value={draft.metrics} onInput={(event) => set({ metrics: event.currentTarget.value })} />
      </label>
      <label class="field field-wide">
        <span>Metrics that must not get worse</span>
        <input name="experiment-guardrails" spellcheck={false} value={draft.guardrails} onInput={(event) => set({ guardrails: event.currentTarget.value })} />
      </label>
      <label class="field field-wide">
        <span>
          Encoding ladders, where the arms differ in that; one rung a line: <code>arm; height; bit/s; VMAF; bytes; video id</code>, and{' '}
          <code>arm; encode; s</code> for what encoding took
        </span>
        <textarea name="experiment-ladders" rows={3} spellcheck={false} value={draft.ladders} onInput={(event) => set({ ladders: event.currentTarget.value })} />
        {unknown.length > 0 && <span role="alert">No arm is called {unknown.join(', ')}.</span>}
      </label>
      <label class="field field-wide">
        <span>What is tried, and why</span>
        <input name="experiment-description" value={draft.description} onInput={(event) => set({ description: event.currentTarget.value })} />
      </label>
      <p class="card-actions">
        <button type="submit" class="button button-primary" disabled={busy}>
          {experiment ? 'Save' : 'Create as a draft'}
        </button>
        <button type="button" class="button" onClick={() => close(false)}>
          Cancel
        </button>
      </p>
      {error && <Failure error={error} />}
    </form>
  );
}
