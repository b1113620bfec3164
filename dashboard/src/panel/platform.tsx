// Here lives the panel of what all organisations that the key sees had in all. The server asks each for itself, so it is done when wanted.
import { useState } from 'preact/hooks';
import { organizationTotals } from '../api-more.ts';
import type { TotalValues } from '../api-types.ts';
import { useDashboard } from '../context.ts';
import { ownOf } from '../data/account.ts';
import { ADDED, PLATFORM_DAYS, platformRange, platformRows } from '../data/platform.ts';
import * as format from '../format.ts';
import { useAnswer } from '../use.ts';
import { RouteLink } from './link.tsx';
import { Failure, Panel, Skeleton } from './state.tsx';

const TITLE = 'All organisations together';
const WORDS = `Attempts and time of the last ${PLATFORM_DAYS} days, of every organisation this key sees. Viewers are not added: who watched in two would count twice.`;

export function PlatformPanel() {
  const [wanted, setWanted] = useState(false);
  if (wanted) return <Asked />;
  return (
    <Panel title={TITLE} label={TITLE} name="platform">
      <p class="panel-words">{WORDS}</p>
      <p class="card-actions">
        <button type="button" class="button" onClick={() => setWanted(true)}>
          Add them up
        </button>
      </p>
    </Panel>
  );
}

function Asked() {
  const { api, catalogue, organizations, locale, signOut } = useDashboard();
  const own = ownOf(organizations);
  const { answer, busy, error, retry } = useAnswer(JSON.stringify(['platform', organizations.map(({ id }) => id)]), 0, async (signal) => {
    const totals = (await organizationTotals(api, platformRange(Date.now()), signal)).result;
    return { rows: platformRows(organizations, totals), total: totals.total };
  });
  const measures = catalogue.known([...ADDED]);
  const cells = (values: TotalValues) =>
    measures.map(({ name, title, unit }) => (
      <td key={name} class="number" data-label={title}>
        {format.text(values[name as keyof TotalValues], unit, locale)}
      </td>
    ));
  return (
    <Panel title={TITLE} label={TITLE} name="platform" busy={busy}>
      <p class="panel-words">{WORDS}</p>
      {error && <Failure error={error} retry={retry} signOut={signOut} compact={answer !== null} />}
      {!answer && !error && <Skeleton height={160} />}
      {answer && (
        <div class="table-scroll" role="region" aria-label={`${TITLE}, table`} tabIndex={0}>
          <table class="stacked">
            <caption class="visually-hidden">{TITLE}</caption>
            <thead>
              <tr>
                <th scope="col">Organisation</th>
                {measures.map(({ name, title }) => (
                  <th key={name} scope="col" class="number">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {answer.rows.map(({ organization: { id, name }, depth, values }) => (
                <tr key={id} data-platform={id}>
                  <th scope="row" class="whole" style={{ paddingLeft: `${2 + depth * 18}px` }}>
                    <RouteLink change={{ view: 'overview', range: '28d', organization: id === own?.id ? null : id, filters: [] }}>{name}</RouteLink>
                  </th>
                  {cells(values)}
                </tr>
              ))}
              <tr data-platform="all">
                <th scope="row" class="whole">
                  All together
                </th>
                {cells(answer.total)}
              </tr>
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
