// Here lives the browser: the system's Chromium, headless, with a fresh profile and no business of its own on the network.

import { chromium } from 'playwright-core';

import { executable } from './executable.mjs';

/**
 * @param {string[]} [more] further command-line arguments
 * @param {Record<string, string>} [environment] beside this process's own
 * @returns {Promise<import('playwright-core').Browser>}
 */
export function launch(more = [], environment = {}) {
  return chromium.launch({
    executablePath: executable(),
    headless: true,
    env: { ...process.env, ...environment },
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
  const context = await browser.newContext({ viewport: { width: 1280, height: 1200 }, ...options });
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(`${error.name}: ${error.message}`));
  return { context, page, errors };
}
