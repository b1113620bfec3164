// Here lives the showing of results: a table for the terminal, and the page in docs/.

import { METRICS } from './judge.mjs';

/** @typedef {import('./run.mjs').Result} Result */

/** Largest error per metric of one player. @param {Result[]} results @param {string} player */
function worst(results, player) {
  return Object.keys(METRICS).map((metric) => {
    const errors = results.filter((result) => result.player === player && result.judged).flatMap(({ rows }) => rows.filter((row) => row.metric === metric).map(({ error }) => error));
    if (errors.length === 0) return '–';
    const largest = Math.max(...errors.map((error) => (Number.isNaN(error) ? Infinity : error)));
    const { unit, bound } = METRICS[/** @type {keyof typeof METRICS} */ (metric)];
    if (bound === null) return largest === 0 ? 'exact' : largest === Infinity ? 'missing' : `off by ${largest}`;
    return largest === Infinity ? 'missing' : `${largest.toFixed(unit === '%' ? 2 : 0)} ${unit}`;
  });
}

const bounds = () => Object.values(METRICS).map(({ unit, bound }) => (bound === null ? 'exact' : `≤ ${bound.toFixed(0)} ${unit}`));

/** @param {import('./players.mjs').Player[]} players @param {Result[]} results */
export function lines(players, results) {
  const table = [['', ...Object.keys(METRICS), 'scenarios'], ['bound', ...bounds(), '']];
  for (const { id } of players) {
    const own = results.filter(({ player }) => player === id);
    const judged = own.filter((result) => result.judged);
    table.push([id, ...worst(results, id), `${judged.filter(({ wrong }) => wrong.length === 0).length}/${judged.length}${judged.length < own.length ? `, ${own.length - judged.length} not judged` : ''}`]);
  }
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '));
}

/** @param {import('./players.mjs').Player[]} players @param {import('../scenarios.mjs').Scenario[]} scenarios @param {Result[]} results @param {string} browser */
export function page(players, scenarios, results, browser) {
  void [players, scenarios, results, browser];
  throw new Error('not yet');
}
