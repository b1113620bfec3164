// Here lives the showing of results: a table for the terminal, and the page in docs/.

import { REASONS } from '../compared/reasons.mjs';
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

/** A tag in a page would be one. @param {string} title @param {string} version */
const named = (title, version) => `${title.replace('<video>', '`<video>`')} ${version}`.trim();

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
    table.push(row([named(title, version), ...worst(results, id), `${judged.filter(({ wrong }) => wrong.length === 0).length} of ${judged.length}`]));
  }
  const ordered = players.flatMap(({ id, title, version }) => scenarios.flatMap(({ name }) => results.filter((result) => result.player === id && result.scenario === name).map((result) => ({ ...result, who: named(title, version) }))));
  const misses = ordered.filter(({ judged, wrong }) => judged && wrong.length > 0).map(({ who, scenario, wrong }) => `- ${who}, \`${scenario}\`: ${wrong.join('; ')}`);
  const open = ordered.filter(({ judged }) => !judged).map(({ who, scenario }) => `${who} \`${scenario}\``);
  return `<!-- Written by \`cargo xtask accuracy --write\`. Do not edit. -->

# How accurate the collector is

What left the page, merged as the server merges it, against what the page itself recorded: the time of every presented frame, the playhead every
8 ms, and a media server that holds back, slows down or refuses what a scenario wants. Each figure is the largest error over all scenarios of that
player. Chromium ${browser}.

${table.join('\n')}

It plays from the moment a picture is there, the first one or that of a place sought, if the playhead moves on within 250 ms; a longer wait is
the startup's stall or the seek's. A seek by less than 200 ms is a player stepping over a gap, and ends no
stall; nor does a step of less than 20 ms. After \`play\` a player with data has its moment: longer than 80 ms it is neither playing nor stalled.
How much media a rung is weighed by, the playhead says. A stall counts from 250 ms; one within 50 ms of that may be on either side. A scenario in which the page was not let run for more than 100 ms at
once is tried again, at last left out: then events, ticks and the record itself came late, and nothing follows from a difference.

## Scenarios

${scenarios.map(({ name }) => `\`${name}\``).join(', ')}.

## What does not hold

${misses.length === 0 ? 'Everything holds.' : misses.join('\n')}
${open.length === 0 ? '' : `\nNot judged, because the machine was too busy: ${open.join(', ')}.\n`}`;
}

/** @typedef {{median: number, least: number}} Spread */
/**
 * @typedef {object} Compared One collector, as compare.mjs measured it.
 * @property {string} collector
 * @property {number} brotli
 * @property {Spread} eval_cpu_ms
 * @property {Spread} cpu_us_per_event
 * @property {number} requests_10_min
 * @property {number} bytes_10_min
 * @property {{said: {stall_ms?: number | null, startup_ms?: number | null} | null, truth: {stall_ms: number, startup_ms: number | null}}} stall
 * @property {{hour_bytes: number, hour_requests: number, memory_before: number, memory_after: number}} [own]
 */

/** What is said of a column in which another is better and nobody has written why. */
export const NO_REASON = 'no reason known';

/** How exactly the record knows what errors are errors from, ms: how often it reads the playhead. */
const KNOWN_MS = 8;

/**
 * What is measured of each, how to read it, and by how much it has to differ to be told apart; the smaller the better.
 * @type {[string, (row: Compared) => number, (row: Compared) => string, number?][]}
 */
export const COMPARED = [
  ['brotli, B', ({ brotli }) => brotli, ({ brotli }) => brotli.toFixed(0)],
  ['evaluation, CPU ms', ({ eval_cpu_ms }) => eval_cpu_ms.median, ({ eval_cpu_ms }) => spread(eval_cpu_ms)],
  ['CPU µs a media event', ({ cpu_us_per_event }) => cpu_us_per_event.median, ({ cpu_us_per_event }) => spread(cpu_us_per_event)],
  ['requests in 10 min', ({ requests_10_min }) => requests_10_min, ({ requests_10_min }) => requests_10_min.toFixed(0)],
  ['bytes in 10 min', ({ bytes_10_min }) => bytes_10_min, ({ bytes_10_min }) => bytes_10_min.toFixed(0)],
  ['error of a forced stall, ms', ({ stall }) => off(stall.said?.stall_ms, stall.truth.stall_ms), ({ stall }) => told(stall.said?.stall_ms, stall.truth.stall_ms), KNOWN_MS],
  ['error of the startup, ms', ({ stall }) => off(stall.said?.startup_ms, stall.truth.startup_ms), ({ stall }) => told(stall.said?.startup_ms, stall.truth.startup_ms), KNOWN_MS],
];
const spread = (/** @type {Spread} */ { median, least }) => `${median.toFixed(1)} (least ${least.toFixed(1)})`;
const off = (/** @type {number | null | undefined} */ said, /** @type {number | null} */ truth) => Math.abs((said ?? NaN) - (truth ?? NaN));
const told = (/** @type {number | null | undefined} */ said, /** @type {number | null} */ truth) => (said === null || said === undefined || truth === null ? 'not told' : `${off(said, truth).toFixed(0)} (${said.toFixed(0)} of ${truth.toFixed(0)})`);

/** The comparison as a table, and as the page in docs/, which says where ours is not best and why. @param {Compared[]} rows @param {typeof REASONS} [reasons] */
export function compared(rows, reasons = REASONS) {
  const head = ['collector', ...COMPARED.map(([name]) => name)];
  const lines = rows.map((row) => [row.collector, ...COMPARED.map(([, , say]) => say(row))]);
  const ours = rows.find(({ collector }) => collector === 'playhead');
  const better = ours === undefined ? [] : COMPARED.flatMap(([column, value, , apart = 0]) => rows.filter((row) => row !== ours && value(row) < value(ours) - apart).map(({ collector }) => ({ column, collector, reason: reasons[collector]?.[column] })));
  const unexplained = better.filter(({ reason }) => reason === undefined).map(({ column, collector }) => `${collector}, ${column}`);
  const worse = better.map(({ column, collector, reason }) => `- ${column}, ${collector}: ${reason ?? NO_REASON}.`);
  const own = ours?.own;
  const row = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const page = (/** @type {string} */ browser) => `<!-- Written by \`cargo xtask accuracy --compare --write\`. Do not edit. -->

# Beside other collectors

One run on one machine, round by round, each in a page of its own: core and what watches a \`<video>\`, bundled the same way; the same ten
minutes of a viewing with pauses, seeks and stalls, played through as fast as the page takes it; then a real stall on a real element, against the
page's own record. CPU is the page's main thread. Chromium ${browser}. Absolute times depend on the machine; compare the rows.

${[row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n')}

The page's record reads the playhead every ${KNOWN_MS} ms: errors that differ by no more are the same. "Not told": its reports do not say it, or not where this comparison looks (\`tests/accuracy/compared/\`).

## Where ours is not the best

${worse.length === 0 ? 'Nowhere in this table.' : `Smaller than ours, and why:\n\n${worse.join('\n')}`}
${own === undefined ? '' : `
## Ours alone

An hour of undisturbed viewing: ${own.hour_requests} requests, ${own.hour_bytes} bytes. Memory of the module: ${own.memory_before} bytes, after
10,000 reports ${own.memory_after}.
`}`;
  return { head, lines, page, unexplained };
}
