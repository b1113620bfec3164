// Here lives the browser: the system's Chromium, headless, with a fresh profile and no business of its own on the network.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

/** @returns {string} the path `CHROMIUM` names, else the first Chromium on the search path */
function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  if (found === undefined) throw new Error('no Chromium found: install one or set CHROMIUM=/path/to/it');
  return found;
}

/**
 * @param {string[]} [more] further command-line arguments
 * @returns {Promise<import('playwright-core').Browser>}
 */
export function launch(more = []) {
  return chromium.launch({
    executablePath: executable(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });
}

/**
 * A page that remembers every error it throws or logs, and every request that leaves this machine.
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(`${error.name}: ${error.message}`));
  return { context, page, errors };
}
