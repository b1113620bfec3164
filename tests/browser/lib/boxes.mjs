// Here lives a typeface of boxes, and a browser that has no other: what is drawn then has the same letters on every machine, as wide and
// as high, whatever is installed there.

import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { launch } from './chromium.mjs';

const UNITS = 1_000;
const ADVANCE = 500;
/** left, bottom, right, top of a letter */
const BOX = [60, 0, 440, 620];
/** Letters, signs and arrows; of the blanks among them nothing is drawn. */
const LAST = 0x2fff;
const isBlank = (code) => code === 0x20 || code === 0xa0 || code === 0x3000 || (code >= 0x2000 && code <= 0x200f) || code === 0x202f;

/** Big-endian numbers as bytes: `[bits, value]`, or bytes as they are. */
function bytes(...parts) {
  return Buffer.concat(
    parts.map((part) => {
      if (!Array.isArray(part)) return Buffer.from(part);
      const [bits, ...values] = part;
      const buffer = Buffer.alloc((bits / 8) * values.length);
      values.forEach((value, index) => (bits === 8 ? buffer.writeUInt8(value & 0xff, index) : bits === 16 ? buffer.writeUInt16BE(value & 0xffff, index * 2) : buffer.writeUInt32BE(value >>> 0, index * 4)));
      return buffer;
    }),
  );
}

/** A TrueType file of three glyphs: one for what is missing and one for every letter, both a box, and a blank. */
export function boxFont() {
  const [left, bottom, right, top] = BOX;
  const box = bytes([16, 1, left, bottom, right, top, 3, 0], [8, 1, 1, 1, 1], [16, left, 0, right - left, 0], [16, bottom, top - bottom, 0, bottom - top], [16, 0]);
  const groups = [];
  for (let code = 0x20; code <= LAST; code++) groups.push(code, code, isBlank(code) ? 2 : 1);
  const names = [[1, 'Boxes'], [2, 'Regular'], [4, 'Boxes'], [6, 'Boxes']].map(([id, text]) => [id, Buffer.from(text, 'utf16le').swap16()]);
  let at = 0;
  const records = names.map(([id, text]) => bytes([16, 3, 1, 0x409, id, text.length, (at += text.length) - text.length]));
  const tables = {
    'OS/2': bytes([16, 4, ADVANCE, 400, 5, 0, 650, 600, 0, 75, 650, 600, 0, 350, 50, 300, 0], Buffer.alloc(10), [32, 1, 0, 0, 0], 'PLAY', [16, 0x40, 0x20, LAST, 800, -200, 0, 800, 200], [32, 1, 0], [16, 500, 620, 0, 0x20, 1]),
    cmap: bytes([16, 0, 1, 3, 10], [32, 12], [16, 12, 0], [32, 16 + groups.length * 4, 0, groups.length / 3, ...groups]),
    glyf: bytes(box, box),
    head: bytes([32, 0x10000, 0x10000, 0, 0x5f0f3cf5], [16, 3, UNITS], Buffer.alloc(16), [16, left, bottom, right, top, 0, 8, 2, 0, 0]),
    hhea: bytes([32, 0x10000], [16, 800, -200, 0, ADVANCE, left, ADVANCE - right, right, 1, 0, 0, 0, 0, 0, 0, 0, 3]),
    hmtx: bytes([16, ADVANCE, left, ADVANCE, left, ADVANCE, 0]),
    loca: bytes([16, 0, box.length / 2, box.length, box.length]),
    maxp: bytes([32, 0x10000], [16, 3, 4, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]),
    name: bytes([16, 0, names.length, 6 + 12 * names.length], ...records, ...names.map(([, text]) => text)),
    post: bytes([32, 0x30000, 0], [16, -100, 50], [32, 1, 0, 0, 0, 0]),
  };
  const entries = Object.entries(tables);
  let offset = 12 + 16 * entries.length;
  const padded = (table) => Buffer.concat([table, Buffer.alloc(-table.length & 3)]);
  const sum = (table) => padded(table).reduce((total, byte, index) => (total + byte * 2 ** (24 - 8 * (index % 4))) % 2 ** 32, 0);
  const directory = entries.map(([tag, table]) => {
    const entry = bytes(tag, [32, sum(table), offset, table.length]);
    offset += padded(table).length;
    return entry;
  });
  return Buffer.concat([bytes([32, 0x10000], [16, entries.length, 128, 3, entries.length * 16 - 128]), ...directory, ...entries.map(([, table]) => padded(table))]);
}

/** A browser whose only typeface is that one, without hinting, subpixels or anything else that a machine decides. */
export async function launchWithBoxes() {
  const folder = await mkdtemp(join(tmpdir(), 'playhead-boxes-'));
  await mkdir(join(folder, 'fonts'));
  await writeFile(join(folder, 'fonts', 'boxes.ttf'), boxFont());
  const edits = [['antialias', 'bool', 'true'], ['hinting', 'bool', 'false'], ['autohint', 'bool', 'false'], ['hintstyle', 'const', 'hintnone'], ['rgba', 'const', 'none']];
  await writeFile(
    join(folder, 'fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'cache')}</cachedir><match target="font">${edits
      .map(([name, type, value]) => `<edit name="${name}" mode="assign"><${type}>${value}</${type}></edit>`)
      .join('')}</match></fontconfig>`,
  );
  const browser = await launch(['--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb', '--force-device-scale-factor=1'], { FONTCONFIG_FILE: join(folder, 'fonts.conf') });
  return {
    browser,
    async stop() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
