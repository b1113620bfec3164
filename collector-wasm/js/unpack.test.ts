// What pack.mjs makes of a module, and what becomes of it in the page.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { packed } from '../pack.mjs';
import { unpacked } from './unpack.ts';

test('the module comes back as it was, in half as many characters again at most', async () => {
  const module = await readFile('dist/collector.wasm');
  const texts = packed(module);
  assert.deepEqual(Buffer.from(unpacked(texts)), module);
  assert.ok(texts.join('').length < 1.5 * module.length);
});

test('so do any bytes, wherever they end', () => {
  const all = Uint8Array.from({ length: 65_536 }, (_, index) => index % 257 ^ index >> 8);
  for (let end = 1; end < 2_000; end += 1) {
    const bytes = all.subarray(0, end);
    assert.deepEqual(unpacked(packed(bytes)), bytes);
  }
});

test('the texts are printable ASCII', () => {
  for (const text of packed(Uint8Array.from({ length: 256 }, (_, byte) => byte))) assert.match(text, /^[ -~]*$/);
});
