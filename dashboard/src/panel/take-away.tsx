// Here lives what is taken away from a panel: the file of what it shows, and the question as a command.
import { useState } from 'preact/hooks';
import type { QueryRequest } from '../api-types.ts';
import { useDashboard } from '../context.ts';
import { curlOf, fileName } from '../data/take-away.ts';
import { Snippet } from './state.tsx';

/** `what` names the file; `csv` is made when it is asked for. */
export function TakeAway({ what, request, csv }: { what: string; request: QueryRequest; csv: () => string }) {
  const { route } = useDashboard();
  const [open, setOpen] = useState(false);
  const save = () => {
    const address = URL.createObjectURL(new Blob([csv()], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = fileName(what, request);
    link.click();
    // The browser does not say when it has read the file; a minute is long for one of some kilobytes.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  };
  return (
    <div class="take-away" data-take-away={what}>
      <button type="button" class="button button-quiet" onClick={save}>
        Download CSV<span class="visually-hidden"> of {what}</span>
      </button>
      <button type="button" class="button button-quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        Ask with curl<span class="visually-hidden"> for {what}</span>
      </button>
      {open && <Snippet code={curlOf(request, location.origin, route.organization)} />}
    </div>
  );
}
