// Here lives the answer to which browser is used.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @returns {string} the path `CHROMIUM` names, else the first Chromium on the search path */
export function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  if (found === undefined) throw new Error('no Chromium found: install one or set CHROMIUM=/path/to/it');
  return found;
}
