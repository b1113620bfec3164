// Here lives what is taken away from a panel: the file of what it shows, every row of its answer as an export, and the question as a command.
import { useState } from 'preact/hooks';
import { createExport } from '../api-more.ts';
import type { QueryRequest } from '../api-types.ts';
import { useDashboard } from '../context.ts';
import { answerExport } from '../data/export.ts';
import { curlOf, fileName, saveFile } from '../data/take-away.ts';
import { useAction } from '../use.ts';
import { RouteLink } from './link.tsx';
import { Failure, Snippet } from './state.tsx';

/** `what` names the file; `csv` is made when it is asked for. `whole`: what is shown may be a part of the answer. */
export function TakeAway({ what, request, csv, whole }: { what: string; request: QueryRequest; csv: () => string; whole?: boolean }) {
  const { api, route, may } = useDashboard();
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState(false);
  const { busy, error, run } = useAction();
  return (
    <div class="take-away" data-take-away={what}>
      <button type="button" class="button button-quiet" onClick={() => saveFile(new Blob([csv()], { type: 'text/csv;charset=utf-8' }), fileName(what, request))}>
        Download CSV<span class="visually-hidden"> of {what}</span>
      </button>
      {whole && may.write && (
        <button type="button" class="button button-quiet" disabled={busy} onClick={async () => setAsked(await run(() => createExport(api, answerExport(request, 'csv'))))}>
          Export every row<span class="visually-hidden"> of {what}</span>
        </button>
      )}
      <button type="button" class="button button-quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        Ask with curl<span class="visually-hidden"> for {what}</span>
      </button>
      {asked && (
        <span role="status" class="small">
          The file is being written: <RouteLink change={{ view: 'settings' }}>Exports</RouteLink>
        </span>
      )}
      {error && <Failure error={error} />}
      {open && <Snippet code={curlOf(request, location.origin, route.organization)} />}
    </div>
  );
}
