// Here lives the comparison of a picture with the one that is kept, pixel by pixel, by the browser's own decoder; and the form in which
// pictures are kept, which is small.

import { crc32, deflateSync } from 'node:zlib';

/** How far a channel may be off before its pixel counts as another, of 255. */
const CHANNEL_OFF_MAX = 16;

/**
 * How many pixels differ, and a picture of where: what is kept, pale, with every different pixel in red.
 * @param {import('playwright-core').Page} page any page
 * @param {Buffer} kept a PNG @param {Buffer} seen a PNG
 * @returns {Promise<{size: string | null, different: number, pixels: number, difference: Buffer}>} `size` tells of two that are not of one size
 */
export async function compare(page, kept, seen) {
  const { png, ...found } = await page.evaluate(
    async ({ sources, most }) => {
      const [a, b] = await Promise.all(sources.map(async (source) => createImageBitmap(await (await fetch(source)).blob())));
      const [width, height] = [Math.max(a.width, b.width), Math.max(a.height, b.height)];
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d', { willReadFrequently: true });
      const pixelsOf = (image) => {
        context.clearRect(0, 0, width, height);
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, width, height);
      };
      const [one, other] = [pixelsOf(a), pixelsOf(b)];
      let different = 0;
      for (let at = 0; at < one.data.length; at += 4) {
        const off = Math.max(...[0, 1, 2, 3].map((channel) => Math.abs(one.data[at + channel] - other.data[at + channel])));
        if (off > most) different += 1;
        for (let channel = 0; channel < 3; channel++) one.data[at + channel] = off > most ? (channel === 0 ? 255 : 0) : 255 - (255 - one.data[at + channel]) / 4;
        one.data[at + 3] = 255;
      }
      context.putImageData(one, 0, 0);
      const size = a.width === b.width && a.height === b.height ? null : `${a.width} × ${a.height} px are kept, ${b.width} × ${b.height} px were drawn`;
      return { size, different, pixels: width * height, png: canvas.toDataURL('image/png').split(',')[1] };
    },
    { sources: [kept, seen].map((png) => `data:image/png;base64,${png.toString('base64')}`), most: CHANNEL_OFF_MAX },
  );
  return { ...found, difference: Buffer.from(png, 'base64') };
}

/** Steps of a channel in which a picture is kept; the finest that leaves 256 colours. Half of the coarsest is well below what may be off. */
const STEPS = [1, 4, 8, 12, 16];

/**
 * The same picture as a PNG of at most 256 colours.
 * @param {import('playwright-core').Page} page any page @param {Buffer} png
 */
export async function small(page, png) {
  const { width, height, base64 } = await page.evaluate(async (source) => {
    const image = await createImageBitmap(await (await fetch(source)).blob());
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let text = '';
    for (const byte of data) text += String.fromCharCode(byte);
    return { width: image.width, height: image.height, base64: btoa(text) };
  }, `data:image/png;base64,${png.toString('base64')}`);
  const pixels = Buffer.from(base64, 'base64');
  for (const step of STEPS) {
    const kept = paletted(pixels, width, height, step);
    if (kept) return kept;
  }
  throw new Error(`more than 256 colours, also in steps of ${STEPS.at(-1)}`);
}

/** A PNG with a palette; null where the colours are too many. */
function paletted(pixels, width, height, step) {
  const colours = new Map();
  // A line begins with its filter: none.
  const lines = Buffer.alloc(height * (width + 1));
  for (let at = 0; at < width * height; at++) {
    const colour = [0, 1, 2].map((channel) => Math.min(255, Math.round(pixels[4 * at + channel] / step) * step));
    const key = (colour[0] << 16) | (colour[1] << 8) | colour[2];
    if (!colours.has(key) && colours.size === 256) return null;
    if (!colours.has(key)) colours.set(key, { index: colours.size, colour });
    lines[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = colours.get(key).index;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const palette = Buffer.from([...colours.values()].flatMap(({ colour }) => colour));
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header), chunk('PLTE', palette), chunk('IDAT', deflateSync(lines, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
