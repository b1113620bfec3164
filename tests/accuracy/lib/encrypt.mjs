// Here lives Common Encryption (ISO 23001-7, scheme `cenc`) of the demo's picture with a key that everybody may know: Clear Key.

import { createCipheriv } from 'node:crypto';

import { box, boxes, fragments, segmentOf, trackOfInit, u32 } from './boxes.mjs';

export const KEY = '00112233445566778899aabbccddeeff';
export const KEY_ID = '0123456789abcdef0123456789abcdef';

/** The W3C's system for "whatever the page gives": its boxes make the element fire `encrypted`. */
const COMMON_SYSTEM = '1077efecc0b24d02ace33c1e52e2fb4b';

/** Bytes of a picture's NAL unit that stay readable: its length, its header and, generously, the slice header. */
const CLEAR_BYTES = 64;

/** The initialisation of an encrypted video track. @param {Buffer} init with both tracks */
export function encryptedInit(init) {
  const sinf = box(
    'sinf',
    box('frma', Buffer.from('avc1')),
    box('schm', u32(0), Buffer.from('cenc'), u32(0x10000)),
    box('schi', box('tenc', u32(0), Buffer.from([0, 0, 1, 8]), Buffer.from(KEY_ID, 'hex'))),
  );
  const pssh = box('pssh', u32(0x01000000), Buffer.from(COMMON_SYSTEM, 'hex'), u32(1), Buffer.from(KEY_ID, 'hex'), u32(0));
  const rebuild = (/** @type {Buffer} */ bytes, /** @type {number} */ from, /** @type {number} */ to) =>
    /** @type {Buffer} */ (
      Buffer.concat(
        [...boxes(bytes, from, to)].map(({ type, start, body, end }) => {
          if (['trak', 'mdia', 'minf', 'stbl'].includes(type)) return box(type, rebuild(bytes, body, end));
          if (type === 'moov') return box(type, rebuild(bytes, body, end), pssh);
          if (type === 'stsd') return box(type, bytes.subarray(body, body + 8), rebuild(bytes, body + 8, end));
          if (type === 'avc1') return box('encv', bytes.subarray(body, end), sinf);
          return bytes.subarray(start, end);
        }),
      )
    );
  const video = trackOfInit(init, 1);
  return rebuild(video, 0, video.length);
}

/** An encrypted segment of the video track. @param {Buffer} segment with both tracks @param {number} number makes the initialisation vectors unique */
export function encryptedSegment(segment, number) {
  const [video] = fragments(segment);
  let at = 0;
  /** @type {Buffer[]} */
  const senc = [];
  const sizes = [];
  const data = Buffer.from(video.data);
  video.samples.forEach(({ size }, index) => {
    const vector = Buffer.alloc(16);
    vector.writeUInt32BE(number, 0);
    vector.writeUInt32BE(index, 4);
    const cipher = createCipheriv('aes-128-ctr', Buffer.from(KEY, 'hex'), vector);
    /** @type {[number, number][]} */
    const parts = [];
    let clear = 0;
    for (let nal = at; nal < at + size; ) {
      const length = 4 + data.readUInt32BE(nal);
      const hidden = [1, 5].includes(data[nal + 4] & 0x1f) ? Math.max(0, Math.floor((length - CLEAR_BYTES) / 16) * 16) : 0;
      clear += length - hidden;
      if (hidden > 0) {
        const begin = nal + length - hidden;
        cipher.update(data.subarray(begin, begin + hidden)).copy(data, begin);
        parts.push([clear, hidden]);
        clear = 0;
      }
      nal += length;
    }
    if (clear > 0) parts.push([clear, 0]);
    const entry = Buffer.alloc(10 + 6 * parts.length);
    vector.copy(entry, 0, 0, 8);
    entry.writeUInt16BE(parts.length, 8);
    parts.forEach(([open, hidden], part) => {
      entry.writeUInt16BE(open, 10 + 6 * part);
      entry.writeUInt32BE(hidden, 12 + 6 * part);
    });
    senc.push(entry);
    sizes.push(entry.length);
    at += size;
  });
  const saiz = box('saiz', u32(0), Buffer.from([0]), u32(sizes.length), Buffer.from(sizes));
  const encrypted = { ...video, data };
  // Where the vectors lie, from the moof on: after everything else in it.
  const make = (/** @type {number} */ offset) =>
    segmentOf([{ ...encrypted, more: [saiz, box('saio', u32(0, 1, offset)), box('senc', u32(2, sizes.length), ...senc)] }], number + 1);
  const moof = /** @type {import('./boxes.mjs').Box} */ ([...boxes(make(0))][0]);
  return make(moof.end - senc.reduce((sum, { length }) => sum + length, 0));
}
