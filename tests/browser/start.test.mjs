// What starts for the tests ends with them, also where its neighbour does not start.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { launch } from './lib/chromium.mjs';
import { startNode } from './lib/node.mjs';
import { startAll } from './lib/start.mjs';

/** A program that is no node: it ends at once. */
const folder = await mkdtemp(join(tmpdir(), 'playhead-start-'));
after(() => rm(folder, { recursive: true }));

test('the browser is closed where the node does not start', async () => {
  const program = join(folder, 'no-node');
  await writeFile(program, '#!/bin/sh\necho "no node here" >&2\nexit 3\n', { mode: 0o755 });
  const kept = process.env.PLAYHEAD_BIN;
  const left = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('playhead-browser-'));
  const before = await left();
  /** @type {import('playwright-core').Browser | undefined} */
  let browser;
  process.env.PLAYHEAD_BIN = program;
  try {
    const open = async () => (browser = await launch());
    await assert.rejects(startAll(startNode, open), /ended with 3:\nno node here/);
  } finally {
    if (kept === undefined) delete process.env.PLAYHEAD_BIN;
    else process.env.PLAYHEAD_BIN = kept;
  }
  assert.equal(browser?.isConnected(), false);
  assert.deepEqual((await left()).filter((name) => !before.includes(name)), [], 'its folder is gone');
});

test('what starts comes in order, and two failures are both told', async () => {
  const ended = [];
  const started = (name) => async () => ({ name, stop: async () => void ended.push(name) });
  const failing = (text) => () => Promise.reject(new Error(text));
  assert.deepEqual((await startAll(started('a'), started('b'))).map(({ name }) => name), ['a', 'b']);
  await assert.rejects(startAll(failing('no engine'), started('a'), failing('no browser')), /no engine.*no browser/);
  assert.deepEqual(ended, ['a']);
});
