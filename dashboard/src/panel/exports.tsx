// Here lives the panel of exports: files of single attempts or of whole answers, written in the background. Attempts are asked for here,
// an answer beside the panel that shows a part of it.
import { useState } from 'preact/hooks';
import { createExport, deleteExport, exportFile, exports } from '../api-more.ts';
import type { Export, ExportRequest } from '../api-types.ts';
import { Icon } from '../chart/icon.tsx';
import { useDashboard } from '../context.ts';
import { filtersOf, type ConditionRow } from '../data/condition.ts';
import { contentText, isUnderWay, progressText, spanOf } from '../data/export.ts';
import { saveFile } from '../data/take-away.ts';
import * as format from '../format.ts';
import { useAction, useAnswer, useNow } from '../use.ts';
import { fromLocalText, localText } from '../zone.ts';
import { ConditionFields } from './condition-fields.tsx';
import { Confirm } from './confirm.tsx';
import { Failure, Panel, Skeleton } from './state.tsx';

/** While one is being written, and while none is: another reader may ask for one. */
const REFRESH_MS = 1_000;
const IDLE_REFRESH_MS = 20_000;

export function ExportsPanel() {
  const { api, route, may, signOut } = useDashboard();
  const [adding, setAdding] = useState(false);
  const [underWay, setUnderWay] = useState(false);
  const now = useNow(underWay ? REFRESH_MS : IDLE_REFRESH_MS);
  const asked = useAnswer(JSON.stringify(['exports', route.organization]), now, async (signal) => {
    const found = (await exports(api, signal)).result.exports;
    setUnderWay(found.some(isUnderWay));
    return found;
  });
  const shown = asked.answer;
  return (
    <Panel
      title="Exports"
      label="Exports"
      name="exports"
      busy={asked.busy}
      controls={
        may.write && (
          <button type="button" class="button" aria-expanded={adding} onClick={() => setAdding(!adding)}>
            <Icon name="plus" /> New export
          </button>
        )
      }
    >
      <p class="panel-words">Files for a spreadsheet or a notebook, written in the background. Every row of an answer is asked for in Explore, below what shows it.</p>
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      {!shown && !asked.error && <Skeleton height={120} />}
      {adding && (
        <AttemptsForm
          close={(done) => {
            setAdding(false);
            if (done) asked.retry();
          }}
        />
      )}
      {shown && shown.length === 0 && !adding && <p class="nothing">No export yet.{may.write ? ' “New export” writes single attempts; “Export every row” in Explore an answer.' : ''}</p>}
      {shown && shown.length > 0 && (
        <div class="table-scroll" role="region" aria-label="Exports table" tabIndex={0}>
          <table class="stacked exports">
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Of when</th>
                <th scope="col">As</th>
                <th scope="col">How far it is</th>
                <th scope="col">Goes</th>
                <th scope="col">
                  <span class="visually-hidden">Action</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((each) => (
                <ExportRow key={each.id} export_={each} changed={asked.retry} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function ExportRow({ export_, changed }: { export_: Export; changed: () => void }) {
  const { api, route, locale, may } = useDashboard();
  const { id, request, state, expiresAt } = export_;
  const [removing, setRemoving] = useState(false);
  const { busy, error, run } = useAction();
  const span = spanOf(request);
  const what = contentText(request);
  const ending = isUnderWay(export_);
  return (
    <tr data-export={id} data-state={state}>
      <th scope="row">{what}</th>
      <td class="whole">{span ? format.rangeText(span[0], span[1], route.zone, locale) : format.NOTHING}</td>
      <td>{request.format}</td>
      <td class="whole">
        <span role={ending ? 'status' : undefined}>{progressText(export_, locale)}</span>
        {error && <Failure error={error} />}
      </td>
      <td class="muted" data-label="goes">{format.momentText(Date.parse(expiresAt), route.zone, locale)}</td>
      <td>
        <span class="export-actions">
          {state === 'done' && (
            <button
              type="button"
              class="button"
              disabled={busy}
              onClick={() => run(async () => saveFile(await exportFile(api, id), `playhead-${request.kind}-${id.slice(-12)}.${request.format}`))}
            >
              {busy ? 'Downloading' : 'Download'}
              <span class="visually-hidden"> {what}</span>
            </button>
          )}
          {may.write && (
            <button type="button" class="button button-quiet" onClick={() => setRemoving(true)}>
              {ending ? 'Stop' : 'Remove'}
              <span class="visually-hidden"> export of {what}</span>
            </button>
          )}
        </span>
        {removing && (
          <Confirm
            title={ending ? 'Stop writing this file?' : 'Remove this export?'}
            action={ending ? 'Stop' : 'Remove'}
            act={() => deleteExport(api, id)}
            close={(done) => {
              setRemoving(false);
              if (done) changed();
            }}
          >
            {state === 'done' ? 'Its file goes with it. What was downloaded stays where it is.' : 'It can be asked for again.'}
          </Confirm>
        )}
      </td>
    </tr>
  );
}

function AttemptsForm({ close }: { close: (done: boolean) => void }) {
  const { api, route, range } = useDashboard();
  const [from, setFrom] = useState(localText(range.start, route.zone));
  const [to, setTo] = useState(localText(range.end, route.zone));
  const [rows, setRows] = useState<ConditionRow[]>([]);
  const [form, setForm] = useState<ExportRequest['format']>('parquet');
  const [bots, setBots] = useState(false);
  const { busy, error, run } = useAction();
  const [start, end] = [fromLocalText(from, route.zone), fromLocalText(to, route.zone)];
  const valid = start !== null && end !== null && start < end;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!valid) return;
    const request: ExportRequest = { kind: 'attempts', format: form, start: new Date(start).toISOString(), end: new Date(end).toISOString(), filters: filtersOf(rows), includeBots: bots };
    if (await run(() => createExport(api, request))) close(true);
  };
  return (
    <form class="card-form" aria-label="New export" onSubmit={submit} onKeyDown={(event) => event.key === 'Escape' && close(false)}>
      <label class="field">
        <span>Attempts that began from</span>
        <input type="datetime-local" name="export-from" required autofocus value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>until</span>
        <input type="datetime-local" name="export-to" required value={to} onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>As</span>
        <select name="export-format" value={form} onChange={(event) => setForm(event.currentTarget.value as ExportRequest['format'])}>
          <option value="parquet" selected={form === 'parquet'}>
            Parquet
          </option>
          <option value="csv" selected={form === 'csv'}>
            CSV
          </option>
        </select>
      </label>
      <label class="check">
        <input type="checkbox" name="export-bots" checked={bots} onChange={(event) => setBots(event.currentTarget.checked)} />
        Bots too
      </label>
      <ConditionFields rows={rows} change={setRows} />
      <p class="card-actions">
        <button type="submit" class="button button-primary" disabled={busy || !valid}>
          Write the file
        </button>
        <button type="button" class="button" onClick={() => close(false)}>
          Cancel
        </button>
        <span class="muted small" role="status">
          {valid ? `in ${route.zone.replaceAll('_', ' ')}` : 'The end must come after the beginning.'}
        </span>
      </p>
      {error && <Failure error={error} />}
    </form>
  );
}
