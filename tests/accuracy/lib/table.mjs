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

/**
 * The page in docs/: the same text for the same results, so nothing of when or where.
 * @param {import('./players.mjs').Player[]} players @param {import('../scenarios.mjs').Scenario[]} scenarios @param {Result[]} results @param {string} browser
 */
export function page(players, scenarios, results, browser) {
  const row = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const head = ['player', ...Object.keys(METRICS).map((metric) => `\`${metric}\``), 'scenarios that hold'];
  const table = [row(head), row(head.map(() => '---')), row(['*bound*', ...bounds(), ''])];
  for (const { id, title, version } of players) {
    const judged = results.filter((result) => result.player === id && result.judged);
    table.push(row([`${title} ${version}`.trim(), ...worst(results, id), `${judged.filter(({ wrong }) => wrong.length === 0).length} of ${judged.length}`]));
  }
  const ordered = players.flatMap(({ id, title, version }) => scenarios.flatMap(({ name }) => results.filter((result) => result.player === id && result.scenario === name).map((result) => ({ ...result, who: `${title} ${version}`.trim() }))));
  const misses = ordered.filter(({ judged, wrong }) => judged && wrong.length > 0).map(({ who, scenario, wrong }) => `- ${who}, \`${scenario}\`: ${wrong.join('; ')}`);
  const open = ordered.filter(({ judged }) => !judged).map(({ who, scenario }) => `${who} \`${scenario}\``);
  return `<!-- Written by \`cargo xtask accuracy --write\`. Do not edit. -->

# How accurate the collector is

What left the page, merged as the server merges it, against what the page itself recorded: the time of every presented frame, the playhead every
8 ms, and a media server that holds back, slows down or refuses what a scenario wants. Each figure is the largest error over all scenarios of that
player. Chromium ${browser}.

${table.join('\n')}

A stall counts from 250 ms; one within 50 ms of that may be on either side. A scenario in which the page was not let run for more than 100 ms at
once is tried again, at last left out: then events, ticks and the record itself came late, and nothing follows from a difference.

## Scenarios

${scenarios.map(({ name }) => `\`${name}\``).join(', ')}.

## What does not hold

${misses.length === 0 ? 'Everything holds.' : misses.join('\n')}
${open.length === 0 ? '' : `\nNot judged, because the machine was too busy: ${open.join(', ')}.\n`}`;
}
