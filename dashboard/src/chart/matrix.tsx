// Here lives a table of two attributes, coloured as far as its cells allow. Every cell says in words what its colour says; one stop of the
// tab key leads in, arrow keys lead on.
import { useRef, useState } from 'preact/hooks';
import type { Measure } from '../catalogue.ts';
import { valueText } from '../data/filter.ts';
import { entry, neighbour, type Cell, type Matrix, type Tint } from '../data/matrix.ts';
import { changeText, comparisonWords, explain, isChange, valueSentence } from '../data/verdict.ts';
import * as format from '../format.ts';
import { Icon } from './icon.tsx';

export interface MatrixProps {
  matrix: Matrix;
  /** The attributes of rows and columns, for people. */
  titles: readonly [string, string];
  measure: Measure;
  tint: Tint;
  /** The baseline as it is named beside a number. */
  against: string;
  locale: string;
  /** A cell, a whole row (`column` undefined) or a whole column was chosen. */
  choose: (row: string | null | undefined, column: string | null | undefined) => void;
}

/** What a cell's colour says, in a word or two. */
function said(cell: Cell, tint: Tint, { better, unit }: Measure, locale: string): string {
  if (tint === 'level') return cell.role === 'higher' ? 'surely above the whole' : cell.role === 'lower' ? 'surely below the whole' : '';
  if (!cell.comparison) return '';
  const words = comparisonWords(cell.comparison, better);
  return isChange(words) ? `${words.short} ${changeText(cell.comparison, unit, locale)}` : words.short;
}

function tipOf(cell: Cell, name: string, props: MatrixProps): string {
  const { measure, tint, against, locale } = props;
  return [
    name,
    // At its own confidence it is another interval than the 95 % that are named everywhere else.
    tint === 'level' && typeof cell.value?.low === 'number' && typeof cell.value.high === 'number' && cell.value.value !== null
      ? `${format.text(cell.value.value, measure.unit, locale)} (99.9 % interval ${format.intervalText(cell.value.low, cell.value.high, measure.unit, locale, cell.value.value)}), ${said(cell, tint, measure, locale) || 'not surely away from the whole'}`
      : valueSentence(cell.value ?? undefined, measure.unit, locale),
    `${format.text(cell.attempts, 'count', locale)} attempts`,
    ...(tint === 'change' && cell.comparison ? explain(cell.comparison, measure, against, locale) : []),
  ].join('\n');
}

export function MatrixTable(props: MatrixProps) {
  const { matrix, titles, measure, tint, locale, choose } = props;
  const { rows, columns, cells } = matrix;
  const table = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState<[number, number] | null>(null);
  // The cell that was left may be gone with another answer.
  const stop = at && cells[at[0]]?.[at[1]] ? at : entry(matrix);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = stop && neighbour(matrix, stop, event.key);
    if (!next || !(event.target as Element).closest('td')) return;
    event.preventDefault();
    setAt(next);
    table.current?.querySelector<HTMLElement>(`[data-at="${next.join(' ')}"]`)?.focus();
  };
  return (
    <table ref={table} class="matrix" onKeyDown={onKeyDown}>
      <caption class="visually-hidden">
        {measure.title} by {titles[0]} and {titles[1]}. Arrow keys lead from cell to cell; a press shows only its attempts.
      </caption>
      <thead>
        <tr>
          <td class="matrix-corner">
            {titles[0]} <span class="muted">by {titles[1]}</span>
          </td>
          {columns.map((column) => (
            <th key={column} scope="col">
              <button type="button" class="link" title={`Show only ${valueText(column)}`} onClick={() => choose(undefined, column)}>
                {column === null ? <i class="muted">{valueText(column)}</i> : valueText(column)}
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, r) => (
          <tr key={row}>
            <th scope="row">
              <button type="button" class="link" title={`Show only ${valueText(row)}`} onClick={() => choose(row, undefined)}>
                {row === null ? <i class="muted">{valueText(row)}</i> : valueText(row)}
              </button>
            </th>
            {columns.map((column, c) => {
              const cell = cells[r]?.[c];
              if (!cell)
                return (
                  <td key={column} class="matrix-none">
                    <span class="visually-hidden">no attempts</span>
                  </td>
                );
              const words = said(cell, tint, measure, locale);
              return (
                <td key={column} data-role={cell.shade > 0 ? (cell.role ?? undefined) : undefined} data-shade={cell.shade || undefined} data-cell={`${row ?? ''} · ${column ?? ''}`}>
                  <button
                    type="button"
                    data-at={`${r} ${c}`}
                    data-tip={tipOf(cell, `${valueText(row)} · ${valueText(column)}`, props)}
                    tabIndex={stop && stop[0] === r && stop[1] === c ? 0 : -1}
                    onFocus={() => setAt([r, c])}
                    onClick={() => choose(row, column)}
                  >
                    <span class="matrix-value">
                      {cell.shade > 0 && cell.role && <Icon name={cell.role} />}
                      {format.text(cell.value?.value, measure.unit, locale)}
                    </span>
                    <span class={tint === 'level' ? 'visually-hidden' : 'matrix-said'}>{words}</span>
                    <span class="matrix-attempts">
                      {format.text(cell.attempts, 'count', locale)}
                      <span class="visually-hidden"> attempts</span>
                    </span>
                  </button>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
