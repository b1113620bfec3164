// Grafana's dashboards in deploy/grafana on a real node: every SQL runs on the real tables and says what the API says, every metric
// named is one the node exports.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { expanded, metricsIn, targets } from './lib/grafana.mjs';
import { program, startNode, until } from './lib/node.mjs';

const dashboard = async (name) => JSON.parse(await readFile(fileURLToPath(new URL(`../../deploy/grafana/${name}.json`, import.meta.url)), 'utf8'));
const HOUR_MS = 3_600_000;

/** @type {Awaited<ReturnType<typeof startNode>>} */
let node;
/** Address of the node's engine. */
let engine = '';
const toMs = Date.now();
const fromMs = toMs - 36 * HOUR_MS;

before(async () => {
  node = await startNode();
  const log = await readFile(join(node.folder, 'playhead.log'), 'utf8');
  engine = /"the engine answers","listen":"([^"]+)"/.exec(log)?.[1] ?? '';
  assert.ok(engine, 'the node’s log names the engine’s address');
  const child = spawn(program(), ['simulate', 'backfill', '--keys', node.keysPath, '--attempts-per-day', '200', '--days', '2', '--truth', join(node.folder, 'truth.json')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, 'the backfill failed');
  // All of it is in the tables: what is asked twice is asked of the same.
  await until(inFlight, (beacons) => beacons === 0, 60_000);
});
after(() => node?.stop());

/** Beacons that are acknowledged and not yet in the tables. */
async function inFlight() {
  const page = await (await fetch(`${node.client.url}/metrics`)).text();
  return Number(/^playhead_ingest_beacons_in_flight (\S+)$/m.exec(page)?.[1]);
}

/** What the API says of the whole range. */
async function told(metrics) {
  const { body } = await node.client.api('/v1/analytics/query', {
    method: 'POST',
    body: JSON.stringify({ metrics, start: new Date(fromMs).toISOString(), end: new Date(toMs + 1).toISOString() }),
  });
  const values = body.data.result.rows[0]?.values ?? {};
  return Object.fromEntries(metrics.map((name) => [name, values[name]?.value ?? null]));
}

/** Asks the engine; rows as objects. */
async function asked(sql) {
  const response = await fetch(`http://${engine}/?database=playhead&default_format=JSON&output_format_json_quote_64bit_integers=0`, { method: 'POST', body: sql });
  const text = await response.text();
  assert.equal(response.status, 200, `${text}\n${sql}`);
  return JSON.parse(text).data;
}

const variables = () => ({ database: 'playhead', organization: node.keys.organizationId });

test('every SQL of the dashboard runs, and finds something', async () => {
  const { panels, templating } = await dashboard('experience');
  const found = targets({ panels });
  assert.ok(found.length >= 6);
  for (const { panel, rawSql } of found) {
    const rows = await asked(expanded(rawSql, { fromMs, toMs, variables: variables() }));
    assert.ok(rows.length > 0, `${panel}: no rows`);
  }
  const picker = templating.list.find(({ name }) => name === 'organization');
  const organizations = (await asked(expanded(picker.query, { fromMs, toMs, variables: variables() }))).map((row) => Object.values(row)[0]);
  assert.ok(organizations.includes(node.keys.organizationId));
});

test('what the SQL says of the whole range is what the API says', async () => {
  const found = targets(await dashboard('experience'));
  // The same question with one bucket for everything.
  const whole = async (metric) => {
    const { rawSql } = found.find(({ rawSql, queryType }) => queryType === 'timeseries' && rawSql.includes(`AS ${metric}`));
    const one = rawSql.replace('$__timeInterval(began) AS time', 'toDateTime(0) AS time');
    const rows = await asked(expanded(one, { fromMs, toMs, variables: variables() }));
    assert.equal(rows.length, 1, metric);
    return Number(rows[0][metric]);
  };
  const exact = ['attempts', 'rebuffer_ratio', 'start_failure', 'playback_failure'];
  const binned = ['startup_any_ms_p50', 'startup_any_ms_p95'];
  const api = await told([...exact, ...binned]);
  for (const metric of exact) assert.ok(Math.abs((await whole(metric)) - api[metric]) <= 1e-9 * Math.max(1, api[metric]), `${metric}: ${await whole(metric)}, the API ${api[metric]}`);
  // The API counts in bins 2 % wide.
  for (const metric of binned) assert.ok(Math.abs((await whole(metric)) / api[metric] - 1) <= 0.03, `${metric}: ${await whole(metric)}, the API ${api[metric]}`);
});

test('every metric of the dashboard is one the node exports', async () => {
  // A reason is exported from the first beacon it turned away; so is a step of a question from the first question.
  const response = await fetch(`${node.client.url}/v1/beacons?key=${node.keys.licenseKey}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"beacons":[{}]}' });
  assert.ok(response.status < 500, `beacons answered ${response.status}`);
  const page = await (await fetch(`${node.client.url}/metrics`)).text();
  const exported = new Set([...page.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
  const { panels, templating } = await dashboard('pipeline');
  const named = new Set([...targets({ panels }).flatMap(({ expr }) => metricsIn(expr)), ...templating.list.flatMap(({ definition }) => metricsIn(definition ?? ''))]);
  assert.ok(named.size > 12);
  // The canary does not fly in `playhead dev`; what it exports is listed in the guide, which a test of the server holds against it.
  const guide = await readFile(fileURLToPath(new URL('../../docs/guide-operator.md', import.meta.url)), 'utf8');
  const unknown = [...named].filter((name) => !exported.has(name) && !(name.startsWith('playhead_canary_') && guide.includes(`\`${name}\``)));
  assert.deepEqual(unknown, []);
});
