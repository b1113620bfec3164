// What README.md says a page loads is what the build weighed, to a tenth of a kB.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

// @ts-expect-error -- a script without types
import { shown, table } from '../sizes.mjs';

test('the sizes in README.md are those of the build', async () => {
  const numbers = (text: string): number[] => (text.match(/\d+\.\d/g) ?? []).map(Number);
  const said = numbers(shown(await readFile('README.md', 'utf8')) as string);
  const weighed = numbers(table(JSON.parse(await readFile('dist/sizes.json', 'utf8'))) as string);
  assert.equal(said.length, weighed.length);
  for (const [at, size] of weighed.entries()) assert.ok(Math.abs(size - said[at]!) < 0.11, `README.md says ${said[at]} kB, it is ${size}: npm run sizes -w @playhead/collector`);
});
