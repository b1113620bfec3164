// Here lives the browser, spoken to in its own protocol. A test library would hold every page visible, make a gesture of every
// evaluation and switch the back/forward cache off; what a hidden tab, a refused autoplay and a return do is measured here.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import CDP from 'chrome-remote-interface';

import { executable } from '../../browser/lib/executable.mjs';

/** Longest a browser may take until it can be spoken to, ms. */
const READY_WITHIN_MS = 30_000;

/** @param {string[]} [more] further command-line arguments */
export async function launch(more = []) {
  const profile = await mkdtemp(join(tmpdir(), 'playhead-accuracy-'));
  const child = spawn(
    executable(),
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--mute-audio',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      ...more,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // Whoever is ended from outside takes the browser along.
  const orphan = () => child.kill('SIGKILL');
  process.once('exit', orphan);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  const port = await new Promise((resolve, reject) => {
    let told = '';
    const timer = setTimeout(() => reject(new Error(`the browser was not ready in time:\n${told}`)), READY_WITHIN_MS);
    child.stderr.on('data', (chunk) => {
      told += chunk;
      const found = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(told);
      if (found === null) return;
      clearTimeout(timer);
      resolve(Number(found[1]));
    });
    child.once('exit', (code) => reject(new Error(`the browser ended with ${code}:\n${told}`)));
  });
  const version = await CDP.Version({ port });
  const browser = await CDP({ target: version.webSocketDebuggerUrl, local: true });
  return {
    version: String(version.Browser).replace(/^.*\//, ''),
    /** A window of its own with a profile of its own. */
    async open() {
      const { browserContextId } = await browser.Target.createBrowserContext();
      const { targetId } = await browser.Target.createTarget({ url: 'about:blank', browserContextId, newWindow: true, width: 1280, height: 800 });
      return Page.of(port, browser, targetId, browserContextId);
    },
    async close() {
      await browser.Browser.close().catch(() => undefined);
      const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(killer);
      process.off('exit', orphan);
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** One page in a window of its own. */
export class Page {
  /** What the page threw or said on the console as a warning or an error. @type {string[]} */
  said = [];

  /** @param {number} port @param {any} browser @param {any} client @param {string} id @param {string} context */
  constructor(port, browser, client, id, context) {
    this.port = port;
    this.browser = browser;
    this.client = client;
    this.id = id;
    this.context = context;
  }

  /** @param {number} port @param {any} browser @param {string} id @param {string} context */
  static async of(port, browser, id, context) {
    const client = await CDP({ target: `ws://127.0.0.1:${port}/devtools/page/${id}`, local: true });
    const page = new Page(port, browser, client, id, context);
    await Promise.all([client.Page.enable(), client.Runtime.enable(), client.Network.enable()]);
    client.Runtime.exceptionThrown(({ exceptionDetails: { exception, text } }) => page.said.push(`threw ${exception?.description ?? text}`));
    client.Runtime.consoleAPICalled(({ type, args }) => {
      if (type === 'error' || type === 'warning') page.said.push(args.map(({ value, description }) => value ?? description ?? '').join(' '));
    });
    return page;
  }

  /** Loads and waits for `load`. @param {string} url */
  async goto(url) {
    const loaded = this.client.Page.loadEventFired();
    await this.client.Page.navigate({ url });
    await loaded;
  }

  /** Runs an expression, waits for its promise, gives its value. No gesture. @param {string} expression @returns {Promise<any>} */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.client.Runtime.evaluate({ expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  /** Runs an expression as if the viewer had just touched the page. @param {string} expression */
  async gesture(expression) {
    const { exceptionDetails } = await this.client.Runtime.evaluate({ expression: `(async () => { await (${expression}); })()`, awaitPromise: true, userGesture: true });
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  }

  /** Back in the history; whether the page that comes is the one that was left. */
  async back() {
    const { currentIndex, entries } = await this.client.Page.getNavigationHistory();
    await this.client.Page.navigateToHistoryEntry({ entryId: entries[currentIndex - 1].id });
    await this.until(`document.readyState === 'complete' && location.pathname !== '/empty.html'`);
    return this.evaluate(`window.stage?.record.events.some(([, name]) => name === 'returned') === true`);
  }

  /** A person's click in the middle of an element, of the page or of the frame that fills it. @param {string} selector */
  async click(selector) {
    const [x, y] = await this.evaluate(`(() => { const box = (document.querySelector(${JSON.stringify(selector)}) ?? frames[0].document.querySelector(${JSON.stringify(selector)})).getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()`);
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.client.Input.dispatchMouseEvent({ type, x, y, button: 'left', clickCount: 1 });
    }
  }

  /** Minimises the window: the page is hidden as a browser hides it. @param {boolean} hidden */
  async hide(hidden) {
    const { windowId } = await this.browser.Browser.getWindowForTarget({ targetId: this.id });
    await this.browser.Browser.setWindowBounds({ windowId, bounds: { windowState: hidden ? 'minimized' : 'normal' } });
    await this.until(`document.visibilityState === '${hidden ? 'hidden' : 'visible'}'`);
  }

  /** The page's device is so many times slower than this machine. @param {number} rate */
  async slow(rate) {
    if (rate > 1) await this.client.Emulation.setCPUThrottlingRate({ rate });
  }

  /** @param {boolean} offline */
  async offline(offline) {
    await this.client.Network.emulateNetworkConditions({ offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  }

  /** Waits for an expression to be true; hidden pages are asked as well as seen ones. @param {string} expression @param {number} [within] ms */
  async until(expression, within = 30_000) {
    const begun = performance.now();
    for (;;) {
      const value = await this.evaluate(expression);
      if (value) return value;
      if (performance.now() - begun > within) throw new Error(`not within ${within} ms: ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Closes the tab as a person does. */
  async closeTab() {
    const gone = new Promise((resolve) => this.client.once('disconnect', resolve));
    await this.client.Page.close();
    await gone;
  }

  async dispose() {
    await this.browser.Target.disposeBrowserContext({ browserContextId: this.context }).catch(() => undefined);
    await this.client.close().catch(() => undefined);
  }
}
