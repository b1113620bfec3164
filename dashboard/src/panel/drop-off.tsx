// Here lives the panel of how far an audience watched and what it played again. It reads every attempt of the range and the seeks of many, so it is
// asked when wanted.
import { useState } from 'preact/hooks';
import { dropOff } from '../api-more.ts';
import type { DropOffRequest, DropOffResult } from '../api-types.ts';
import { DropOff } from '../chart/drop-off.tsx';
import { useDashboard } from '../context.ts';
import { dropOffCsv, dropOffQuestion, dropOffSentence, rewatchSentence, tenthsOf, TIMES } from '../data/drop-off.ts';
import { fileName, saveFile } from '../data/take-away.ts';
import * as format from '../format.ts';
import { useAnswer } from '../use.ts';
import { Failure, Panel, Skeleton, TableToggle } from './state.tsx';

export function DropOffPanel() {
  const [wanted, setWanted] = useState(false);
  if (wanted) return <Asked />;
  return (
    <Panel title="How far they watched" label="Drop-off" name="drop-off">
      <p class="panel-words">The part of an audience that is left, by how much of the video it saw, every place counted once, and which places were played again. Best of one video or one series: filter by it.</p>
      <p class="card-actions">
        <button type="button" class="button" onClick={() => setWanted(true)}>
          Draw the drop-off
        </button>
      </p>
    </Panel>
  );
}

function Asked() {
  const { api, route, range, tick, locale, signOut } = useDashboard();
  const [table, setTable] = useState(false);
  const key = JSON.stringify(['drop-off', route.range, route.from, route.to, route.zone, route.filters]);
  const asked = useAnswer<{ request: DropOffRequest; result: DropOffResult }>(key, tick, async (signal) => {
    const request = dropOffQuestion(route, range);
    const { result } = await dropOff(api, request, signal);
    return { request, result };
  });
  const shown = asked.answer;
  const part = (share: number | null | undefined) => (typeof share === 'number' ? format.partText(share, locale) : format.NOTHING);
  return (
    <Panel
      title="How far they watched"
      label="Drop-off"
      name="drop-off"
      busy={asked.busy}
      current={!shown || asked.current}
      controls={<TableToggle table={table} set={setTable} />}
    >
      {asked.error && <Failure error={asked.error} retry={asked.retry} signOut={signOut} compact={shown !== null} />}
      {!shown && !asked.error && <Skeleton height={280} />}
      {shown && shown.result.plays === 0 && (
        <p class="nothing">Nothing to draw: no play in this range tells how far it came. Live streams and videos of unknown length have no end to come to.</p>
      )}
      {shown && shown.result.plays > 0 && (
        <>
          <p class="panel-words" data-drop-off-words>
            {dropOffSentence(shown.result, locale)} {rewatchSentence(shown.result, locale)}
          </p>
          {table ? (
            <div class="table-scroll" role="region" aria-label="Drop-off as a table" tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">Saw at least</th>
                    <th scope="col" class="number">
                      Part of plays
                    </th>
                    <th scope="col" class="number">
                      95 % interval
                    </th>
                    <th scope="col" class="number">
                      Known to have come here
                    </th>
                    <th scope="col" class="number">
                      Played again, times by 100 plays
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {tenthsOf(shown.result).map(({ position, value, low, high, atRisk, rewatches }) => (
                    <tr key={position} data-position={position}>
                      <th scope="row">{part(position)}</th>
                      <td class="number">{part(value)}</td>
                      <td class="number muted">{typeof low === 'number' && typeof high === 'number' ? format.intervalText(low, high, 'ratio', locale, value ?? high) : format.NOTHING}</td>
                      <td class="number muted">{format.text(atRisk, 'count', locale)}</td>
                      <td class="number">{format.text(rewatches, 'ratio', locale, TIMES)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          ) : (
            <DropOff result={shown.result} label={`${dropOffSentence(shown.result, locale)} ${rewatchSentence(shown.result, locale)}`} locale={locale} />
          )}
          {shown.result.unknown > 0 && (
            <p class="panel-words">{format.text(shown.result.unknown, 'count', locale)} plays cannot be told of: live, of unknown length, or not measured.</p>
          )}
          <p class="card-actions">
            <button type="button" class="button button-quiet" onClick={() => saveFile(new Blob([dropOffCsv(shown.result)], { type: 'text/csv' }), fileName('drop-off', shown.request))}>
              Download CSV<span class="visually-hidden"> of the drop-off</span>
            </button>
          </p>
        </>
      )}
    </Panel>
  );
}
