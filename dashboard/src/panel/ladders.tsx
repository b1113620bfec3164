// Here lives what came of an experiment's encoding ladders: quality as it was watched beside what it took, and every rung with its time.
import type { ArmComparison, LadderArm, LadderResult } from '../api-types.ts';
import { useDashboard } from '../context.ts';
import { ladderEffects, ladderOf, ladderWords, rungsShown } from '../data/ladder.ts';
import { renditionText } from '../data/renditions.ts';
import * as format from '../format.ts';
import { EffectTable } from './effect-table.tsx';
import { Panel } from './state.tsx';

/** Less of the playing time than this on rungs with a VMAF is worth a word. */
const KNOWN = 0.95;
const POINTS = { divisor: 1, unit: '', decimals: 1, compact: false };

export function Ladders({ ladder, comparisons }: { ladder: LadderResult; comparisons: readonly ArmComparison[] }) {
  return (
    <Panel title="Encoding ladders" label="Encoding ladders" name="ladders">
      {comparisons.map((comparison) => {
        const of = ladderOf(ladder, comparison);
        return (
          of && (
            <div key={of.arm} data-ladder={of.arm}>
              <p class="panel-words">
                <b>{ladderWords(of)}</b>
              </p>
              <EffectTable comparison={of} label={`Ladder of ${of.arm}`} groups={[{ title: 'Quality and what it took', effects: ladderEffects(ladder.arms, of) }]} />
            </div>
          )
        );
      })}
      {ladder.arms.map((arm) => (
        <Rungs key={arm.arm} arm={arm} />
      ))}
    </Panel>
  );
}

function Rungs({ arm }: { arm: LadderArm }) {
  const { locale } = useDashboard();
  const { shown, more } = rungsShown(arm.rungs);
  const titled = shown.some(({ videoId }) => videoId);
  const part = (share: number | null | undefined) => (typeof share === 'number' ? format.partText(share, locale) : format.NOTHING);
  const shownMs = arm.rungs.reduce((sum, { playMs }) => sum + playMs, arm.otherPlayMs);
  const facts = [
    typeof arm.encodeCpuSeconds === 'number' && `encoded in ${format.text(arm.encodeCpuSeconds * 1_000, 'ms', locale)} of processor time`,
    typeof arm.storageBytes === 'number' && `${format.text(arm.storageBytes, 'bytes', locale)} of storage`,
    typeof arm.unwatchedStorageBytes === 'number' && arm.unwatchedStorageBytes > 0 && `${format.text(arm.unwatchedStorageBytes, 'bytes', locale)} of it in rungs that nobody watched`,
  ].filter(Boolean);
  const doubts = [
    typeof arm.vmafKnownShare === 'number' && arm.vmafKnownShare < KNOWN && `Only ${part(arm.vmafKnownShare)} of the playing time was on rungs whose VMAF is said.`,
    shownMs > 0 && arm.otherPlayMs > (1 - KNOWN) * shownMs && `${part(arm.otherPlayMs / shownMs)} was on renditions that this ladder does not have: check heights and declared bandwidths.`,
  ].filter(Boolean);
  return (
    <>
      <h3 class="ladder-head">
        {arm.arm} {facts.length > 0 && <span class="muted small">{facts.join(', ')}</span>}
      </h3>
      {doubts.length > 0 && (
        <ul class="notes">
          {doubts.map((text) => (
            <li key={text} data-type="WARNING">
              <b>Note: </b>
              {text}
            </li>
          ))}
        </ul>
      )}
      <div class="table-scroll" role="region" aria-label={`Rungs of ${arm.arm}`} tabIndex={0}>
        <table class="stacked">
          <caption class="visually-hidden">The rungs of {arm.arm}, those watched most first</caption>
          <thead>
            <tr>
              <th scope="col">Rendition</th>
              {titled && <th scope="col">Video</th>}
              <th scope="col" class="number">
                VMAF
              </th>
              <th scope="col" class="number wide-only">
                Storage
              </th>
              <th scope="col" class="number">
                Played
              </th>
              <th scope="col">Share of playing</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((rung) => (
              <tr key={`${rung.rendition} ${rung.videoId ?? ''}`} data-rung={rung.rendition}>
                <th scope="row" class="whole">
                  {renditionText(rung.rendition, locale)}
                </th>
                {titled && <td data-label="of">{rung.videoId ?? 'every other'}</td>}
                <td class="number" data-label="VMAF">
                  {typeof rung.vmaf === 'number' ? format.writeNumber(rung.vmaf, POINTS, locale) : format.NOTHING}
                </td>
                <td class="number wide-only">{format.text(rung.storageBytes, 'bytes', locale)}</td>
                <td class="number" data-label="played">
                  {format.text(rung.playMs, 'ms', locale)}
                </td>
                <td class="share-cell">
                  <span class="share-bar" style={{ width: `${100 * (rung.playShare ?? 0)}%` }} aria-hidden="true" />
                  <span>{part(rung.playShare)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more > 0 && <p class="panel-words">And {more} more, watched less.</p>}
    </>
  );
}
