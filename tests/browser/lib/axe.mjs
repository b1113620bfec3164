// Here lives the look at a page with axe: every rule, every violation named with what it is about.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Fails with every violation axe finds, and what it is about.
 * @param {import('playwright-core').Page} page
 * @param {string} view what is looked at, for the message
 */
export async function accessible(page, view) {
  // What fades in has no colours of its own yet: wait for everything that comes to an end.
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    return Promise.allSettled(ending.map((animation) => animation.finished));
  });
  // Past the page’s content security policy, which lets no foreign script in.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target.join(' ')).join('; ')})`);
  assert.deepEqual(told, [], `axe on ${view}`);
}
