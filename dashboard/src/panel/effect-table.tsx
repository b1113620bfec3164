// Here lives the table of what one arm of an experiment did against the first: values, difference with its interval, verdict, evidence.
import { Fragment } from 'preact';
import { VerdictMark } from '../chart/verdict.tsx';
import { Whisker } from '../chart/whisker.tsx';
import { useDashboard } from '../context.ts';
import { boundsText, cupedSentence, effectSentence, evidenceText, reasonSentence, whiskerOf, type Against, type Effect } from '../data/effects.ts';
import * as format from '../format.ts';

export function EffectTable({ comparison, label, groups }: { comparison: Against; label: string; groups: readonly { title: string; effects: Effect[] }[] }) {
  const { arm, against } = comparison;
  return (
    <div class="table-scroll" role="region" aria-label={label} tabIndex={0}>
      <table class="effects">
        <caption class="visually-hidden">
          What {arm} changed, against {against}
        </caption>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" class="number">
              {against}
            </th>
            <th scope="col" class="number">
              {arm}
            </th>
            <th scope="col">Difference, 95 % interval</th>
            <th scope="col">Verdict</th>
            <th scope="col" class="number">
              Evidence
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <Group key={group.title} {...group} comparison={comparison} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Group({ title, effects, comparison }: { title: string; effects: Effect[]; comparison: Against }) {
  const { locale } = useDashboard();
  if (effects.length === 0) return null;
  const { arm, against } = comparison;
  return (
    <>
      <tr class="group">
        <th scope="colgroup" colSpan={6}>
          {title}
        </th>
      </tr>
      {effects.map((row) => {
        const { measure, effect, domain } = row;
        const cuped = cupedSentence(effect, measure, locale);
        const reason = reasonSentence(effect, measure, locale);
        const bound = typeof effect.low === 'number' && typeof effect.high === 'number';
        return (
          <Fragment key={measure.name}>
            <tr data-effect={measure.name} data-verdict={effect.verdict} data-guardrail={effect.guardrail ? '' : undefined}>
              <th scope="row">
                {measure.title}
                {measure.kind === 'sum' && ' per attempt'} {effect.postTreatment && <span class="tag">after the start</span>}
              </th>
              <td class="number" data-label={against} title={row.control?.reason ?? undefined}>
                {format.text(row.control?.value, measure.unit, locale)}
              </td>
              <td class="number" data-label={arm} title={row.arm?.reason ?? undefined}>
                {format.text(row.arm?.value, measure.unit, locale)}
              </td>
              <td class="effect-cell">
                <Whisker
                  value={whiskerOf(effect)}
                  comparison={{ ...effect, reference: 0 }}
                  domain={domain}
                  unit={measure.unit}
                  locale={locale}
                  label={effectSentence(row, comparison, locale)}
                />
                <span class="effect-figures">
                  <b>{typeof effect.difference === 'number' ? format.differenceText(effect.difference, measure.unit, locale) : format.NOTHING}</b>{' '}
                  <span class="muted">{bound ? boundsText(effect.low!, effect.high!, measure, locale) : 'no bound yet'}</span>
                </span>
              </td>
              <td class="effect-verdict">
                <VerdictMark comparison={effect} judged={measure} locale={locale} />
              </td>
              <td class="number muted" data-label="Evidence">
                {evidenceText(effect.eValue, locale)}
              </td>
            </tr>
            {(reason || cuped) && (
              <tr class="effect-notes">
                <td colSpan={6}>
                  {reason && `${reason} `}
                  {cuped && <span data-cuped={measure.name}>{cuped}</span>}
                </td>
              </tr>
            )}
          </Fragment>
        );
      })}
    </>
  );
}
