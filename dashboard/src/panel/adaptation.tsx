// Here lives the panel of how a player adapted in one attempt: how it switched, how long each rendition was on the screen, and what the line
// gave against what was chosen.
import { useMemo, useState } from 'preact/hooks';
import type { Adaptation, Timeline } from '../api-types.ts';
import { ThroughputChart } from '../chart/throughput.tsx';
import { adaptationSentence, throughputPicture } from '../data/adaptation.ts';
import { renditionTitle } from '../data/timeline.ts';
import * as format from '../format.ts';
import { Panel, TableToggle } from './state.tsx';

export function AdaptationPanel({ adaptation, timeline, locale, busy }: { adaptation: Adaptation; timeline: Timeline; locale: string; busy: boolean }) {
  const [table, setTable] = useState(false);
  const picture = useMemo(() => throughputPicture(adaptation, timeline, locale), [adaptation, timeline, locale]);
  const count = (value: number) => format.text(value, 'count', locale);
  const bps = (value: number | null | undefined) => format.text(value, 'bps', locale);
  const { renditions, throughput, switchUpCount, switchDownCount, oscillationCount, stallsAfterSwitchUpCount, highestAtMs } = adaptation;
  const summary = adaptationSentence(adaptation, locale);
  const facts: [title: string, value: string, note: string][] = [
    ['Switches', count(switchUpCount + switchDownCount), `${count(switchUpCount)} up, ${count(switchDownCount)} down`],
    ['Oscillations', count(oscillationCount), 'back within 30 s'],
    ['Stalls after a switch up', count(stallsAfterSwitchUpCount), 'within 10 s'],
    ['Highest reached after', typeof highestAtMs === 'number' ? format.clockText(highestAtMs, true) : format.NOTHING, 'of those it played'],
    ['Throughput', bps(adaptation.throughputMedianBps), `median of ${count(throughput.length)} requests`],
    ['Bitrate ÷ throughput', typeof adaptation.bitrateToThroughputMedian === 'number' ? format.partText(adaptation.bitrateToThroughputMedian, locale) : format.NOTHING, 'median'],
  ];
  if (renditions.length === 0 && throughput.length === 0)
    return (
      <Panel title="Adaptation" label="Adaptation" name="adaptation" busy={busy}>
        <p class="nothing">Nothing to draw: neither a rendition nor a media request was reported.</p>
      </Panel>
    );
  return (
    <Panel title="Adaptation" label="Adaptation" name="adaptation" busy={busy} controls={picture && <TableToggle table={table} set={setTable} />}>
      <dl class="facts facts-inside" aria-label="Adaptation in figures">
        {facts.map(([title, value, note]) => (
          <div key={title} data-fact={title}>
            <dt>{title}</dt>
            <dd>
              {value}
              <small>{note}</small>
            </dd>
          </div>
        ))}
      </dl>
      <div class="columns">
        <div class="table-scroll" role="region" aria-label="Time per rendition" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Rendition</th>
                <th scope="col" class="number">
                  Chosen
                </th>
                <th scope="col" class="number">
                  Played
                </th>
                <th scope="col">Share of playing</th>
              </tr>
            </thead>
            <tbody>
              {renditions.toReversed().map(({ share, ...rendition }) => (
                <tr key={`${rendition.bitrateBps}${rendition.height}${rendition.width}`} data-rendition={rendition.bitrateBps ?? ''}>
                  <th scope="row">{renditionTitle(rendition, locale)}</th>
                  <td class="number">{count(rendition.chosenCount)} ×</td>
                  <td class="number">{format.text(rendition.playMs, 'ms', locale)}</td>
                  <td class="share-cell">
                    <span class="share-bar" style={{ width: `${100 * (share ?? 0)}%` }} aria-hidden="true" />
                    <span>{typeof share === 'number' ? format.partText(share, locale) : format.NOTHING}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {renditions.length === 0 && <p class="nothing">No rendition was on the screen.</p>}
        </div>
        <div>
          {picture && !table && <ThroughputChart picture={picture} locale={locale} summary={summary} />}
          {picture && table && (
            <div class="table-scroll throughput-table" role="region" aria-label="Throughput of each request" tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">At</th>
                    <th scope="col" class="number">
                      Throughput
                    </th>
                    <th scope="col" class="number">
                      On the screen
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {throughput.map(({ atMs, throughputBps, bitrateBps }, index) => (
                    <tr key={index}>
                      <th scope="row" class="number">
                        {format.clockText(atMs, true)}
                      </th>
                      <td class="number">{bps(throughputBps)}</td>
                      <td class="number">{bps(bitrateBps)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          <p class="panel-words">
            {summary}
            {picture && !table && ' Dots are requests; the line is the bitrate that was on the screen.'}
          </p>
        </div>
      </div>
    </Panel>
  );
}
