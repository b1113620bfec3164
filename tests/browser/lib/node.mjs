// Here lives one whole node under test: the real `playhead dev`, its embedded engine, and the questions asked of it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Longest a node may take until it is ready, ms. */
const READY_WITHIN_MS = 90_000;

/** @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @returns {string} the program under test */
export function program() {
  const path = process.env.PLAYHEAD_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/playhead');
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`cargo build -p playhead\`, or \`cargo xtask test\``);
  return path;
}

/** Starts a node with an empty data folder and waits until it is ready. */
export async function startNode() {
  const folder = await mkdtemp(join(tmpdir(), 'playhead-browser-'));
  const keysPath = join(folder, 'keys.json');
  const log = await open(join(folder, 'playhead.log'), 'a');
  const child = spawn(
    program(),
    ['dev', '--listen', '127.0.0.1:0', '--data-dir', join(folder, 'data'), '--keys', keysPath],
    { cwd: root, stdio: ['ignore', log.fd, log.fd] },
  );
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    // A node that does not stop by itself within 20 s is a failure worth seeing, but must not stay behind.
    const killer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(killer);
    await log.close();
    await rm(folder, { recursive: true, force: true });
  };
  const fail = async (what) => {
    const told = await readFile(join(folder, 'playhead.log'), 'utf8');
    await stop();
    throw new Error(`playhead dev ${what}:\n${told}`);
  };
  const begun = Date.now();
  while (!existsSync(keysPath)) {
    if (child.exitCode !== null) await fail(`ended with ${child.exitCode}`);
    if (Date.now() - begun > READY_WITHIN_MS) await fail('was not ready in time');
    await sleep(20);
  }
  /** @type {{url: string, organizationId: string, licenseKey: string, apiKey: string}} */
  const keys = JSON.parse(await readFile(keysPath, 'utf8'));
  return {
    client: new Client(keys),
    keys,
    keysPath,
    folder,
    stop,
  };
}

/** Asks a node. */
export class Client {
  /** @param {{url: string, licenseKey: string, apiKey: string}} keys */
  constructor(keys) {
    this.keys = keys;
    this.url = keys.url.replace(/\/$/, '');
  }

  /** The player page, with everything it reports under `viewer`. */
  playerUrl(viewer = 'browser-test') {
    const parameters = new URLSearchParams({ key: this.keys.licenseKey, viewer, video: `video-${viewer}` });
    return `${this.url}/player/?${parameters}`;
  }

  /** The dashboard, signed in by its address. */
  dashboardUrl() {
    return `${this.url}/#key=${this.keys.apiKey}`;
  }

  /** @param {string} path @param {RequestInit} [init] */
  async api(path, init = {}) {
    const response = await fetch(this.url + path, {
      ...init,
      headers: { 'X-Api-Key': this.keys.apiKey, 'Content-Type': 'application/json', ...init.headers },
    });
    return { status: response.status, body: await response.json() };
  }

  /**
   * Asks the query API about the attempts of one viewer in the last hour; gives metric → value.
   * @param {string[]} metrics @param {string} viewer
   */
  async query(metrics, viewer) {
    const now = Date.now();
    const { status, body } = await this.api('/v1/analytics/query', {
      method: 'POST',
      body: JSON.stringify({
        metrics,
        start: new Date(now - 3_600_000).toISOString(),
        end: new Date(now + 3_600_000).toISOString(),
        filters: [{ attribute: 'viewer_id', operator: 'EQ', value: viewer }],
      }),
    });
    if (status !== 200) throw new Error(`the query API answered ${status}: ${JSON.stringify(body)}`);
    const values = body.data.result.rows[0]?.values ?? {};
    return Object.fromEntries(metrics.map((metric) => [metric, values[metric]?.value ?? null]));
  }

  /**
   * One attempt as the API tells it; null while it is not there.
   * @param {string} id
   */
  async attempt(id) {
    const { status, body } = await this.api(`/v1/analytics/impressions/${id}`);
    if (status === 404) return null;
    if (status !== 200) throw new Error(`impressions/${id} answered ${status}: ${JSON.stringify(body)}`);
    return body.data.result;
  }
}

/**
 * Asks again until `ready` is satisfied with the answer; fails with the last answer when `within` ms are over.
 * @template T
 * @param {() => Promise<T>} ask
 * @param {(answer: T) => boolean} ready
 * @param {number} within
 * @returns {Promise<{answer: T, tookMs: number}>}
 */
export async function until(ask, ready, within) {
  const begun = performance.now();
  for (;;) {
    const answer = await ask();
    const tookMs = performance.now() - begun;
    if (ready(answer)) return { answer, tookMs };
    if (tookMs > within) throw new Error(`not within ${within} ms; the last answer was ${JSON.stringify(answer)}`);
    await sleep(100);
  }
}
