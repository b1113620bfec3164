// Here lives what is done to ISO BMFF boxes: the muxed segments of the demo become one track each, a later time, or smaller chunks.
// It knows the shape of collector-wasm/player/make-media.sh's output and no other: one traf per track, one trun per traf, offsets from the moof.

/** @typedef {{type: string, start: number, body: number, end: number}} Box */

/** @param {Buffer} bytes @returns {Generator<Box>} */
export function* boxes(bytes, from = 0, to = bytes.length) {
  while (from < to) {
    const size = bytes.readUInt32BE(from);
    yield { type: bytes.toString('latin1', from + 4, from + 8), start: from, body: from + 8, end: from + size };
    from += size;
  }
}

/** @param {Buffer} bytes @param {string[]} path @param {(box: Box) => boolean} [wanted] */
function find(bytes, path, wanted = () => true, from = 0, to = bytes.length) {
  for (const box of boxes(bytes, from, to)) {
    if (box.type !== path[0]) continue;
    if (path.length === 1) {
      if (wanted(box)) return box;
    } else {
      const found = find(bytes, path.slice(1), wanted, box.body, box.end);
      if (found !== null) return found;
    }
  }
  return null;
}

/** @param {string} type @param {Buffer[]} contents */
export function box(type, ...contents) {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + contents.reduce((sum, { length }) => sum + length, 0), 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...contents]);
}

/** @param {number[]} values */
export function u32(...values) {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
  return bytes;
}

/** An initialisation segment with one track of several. @param {Buffer} init @param {number} track */
export function trackOfInit(init, track) {
  const out = [];
  for (const top of boxes(init)) {
    if (top.type !== 'moov') {
      out.push(init.subarray(top.start, top.end));
      continue;
    }
    const kept = [];
    for (const part of boxes(init, top.body, top.end)) {
      const whole = init.subarray(part.start, part.end);
      if (part.type === 'trak') {
        const tkhd = find(init, ['tkhd'], undefined, part.body, part.end);
        if (tkhd !== null && init.readUInt32BE(tkhd.body + 12) === track) kept.push(whole);
      } else if (part.type === 'mvex') {
        const trex = find(init, ['trex'], ({ body }) => init.readUInt32BE(body + 4) === track, part.body, part.end);
        if (trex !== null) kept.push(box('mvex', init.subarray(trex.start, trex.end)));
      } else if (part.type === 'mvhd') kept.push(whole);
    }
    out.push(box('moov', ...kept));
  }
  return Buffer.concat(out);
}

/**
 * @typedef {object} Fragment One track's part of a segment.
 * @property {number} track
 * @property {Buffer} tfhd
 * @property {number} defaultFlags
 * @property {bigint} time in the track's timescale
 * @property {{duration: number, size: number, flags: number | null, offset: number}[]} samples
 * @property {Buffer} data
 * @property {Buffer[]} [more] further boxes of the traf
 */

/** @param {Buffer} segment @returns {Fragment[]} */
export function fragments(segment) {
  const moof = find(segment, ['moof']);
  if (moof === null) throw new Error('a segment without a moof');
  const found = [];
  for (const traf of boxes(segment, moof.body, moof.end)) {
    if (traf.type !== 'traf') continue;
    const tfhd = find(segment, ['tfhd'], undefined, traf.body, traf.end);
    const tfdt = find(segment, ['tfdt'], undefined, traf.body, traf.end);
    const trun = find(segment, ['trun'], undefined, traf.body, traf.end);
    if (tfhd === null || tfdt === null || trun === null) throw new Error('a traf without tfhd, tfdt or trun');
    const tfhdFlags = segment.readUInt32BE(tfhd.body) & 0xffffff;
    let at = tfhd.body + 8;
    const field = (/** @type {number} */ flag) => {
      if ((tfhdFlags & flag) === 0) return 0;
      at += 4;
      return segment.readUInt32BE(at - 4);
    };
    const duration = field(0x8);
    const size = field(0x10);
    const defaultFlags = field(0x20);
    const flags = segment.readUInt32BE(trun.body) & 0xffffff;
    const count = segment.readUInt32BE(trun.body + 4);
    at = trun.body + 8;
    const take = (/** @type {number} */ flag, /** @type {number | null} */ otherwise) => {
      if ((flags & flag) === 0) return otherwise;
      at += 4;
      return segment.readUInt32BE(at - 4);
    };
    const offset = take(0x1, 0) ?? 0;
    const first = take(0x4, null);
    const samples = [];
    for (let index = 0; index < count; index += 1) {
      samples.push({
        duration: take(0x100, duration) ?? 0,
        size: take(0x200, size) ?? 0,
        flags: take(0x400, index === 0 ? first : null),
        offset: (take(0x800, 0) ?? 0) | 0,
      });
    }
    const begin = moof.start + offset;
    const total = samples.reduce((sum, sample) => sum + sample.size, 0);
    found.push({
      track: segment.readUInt32BE(tfhd.body + 4),
      tfhd: segment.subarray(tfhd.start, tfhd.end),
      defaultFlags,
      time: segment[tfdt.body] === 1 ? segment.readBigUInt64BE(tfdt.body + 4) : BigInt(segment.readUInt32BE(tfdt.body + 4)),
      samples,
      data: segment.subarray(begin, begin + total),
    });
  }
  return found;
}

/** A segment of these fragments again. @param {Fragment[]} parts @param {number} sequence */
export function segmentOf(parts, sequence) {
  const mfhd = Buffer.alloc(8);
  mfhd.writeUInt32BE(sequence, 4);
  const make = (/** @type {number[]} */ offsets) =>
    box(
      'moof',
      box('mfhd', mfhd),
      ...parts.map((part, index) => {
        const tfdt = Buffer.alloc(12);
        tfdt[0] = 1;
        tfdt.writeBigUInt64BE(part.time, 4);
        const trun = Buffer.alloc(12 + 16 * part.samples.length);
        trun.writeUInt32BE(0x01000000 | 0x1 | 0x100 | 0x200 | 0x400 | 0x800, 0);
        trun.writeUInt32BE(part.samples.length, 4);
        trun.writeInt32BE(offsets[index], 8);
        part.samples.forEach((sample, number) => {
          const at = 12 + 16 * number;
          trun.writeUInt32BE(sample.duration, at);
          trun.writeUInt32BE(sample.size, at + 4);
          trun.writeUInt32BE(sample.flags ?? part.defaultFlags, at + 8);
          trun.writeInt32BE(sample.offset, at + 12);
        });
        return box('traf', part.tfhd, box('tfdt', tfdt), box('trun', trun), ...(part.more ?? []));
      }),
    );
  let at = make(parts.map(() => 0)).length + 8;
  const offsets = parts.map(({ data }) => {
    const here = at;
    at += data.length;
    return here;
  });
  return Buffer.concat([make(offsets), box('mdat', ...parts.map(({ data }) => data))]);
}

/** A part of a fragment: `count` samples from `from` on. @param {Fragment} part @returns {Fragment} */
export function slice(part, from, count) {
  const before = part.samples.slice(0, from);
  const samples = part.samples.slice(from, from + count);
  const begin = before.reduce((sum, { size }) => sum + size, 0);
  return {
    ...part,
    time: part.time + BigInt(before.reduce((sum, { duration }) => sum + duration, 0)),
    samples,
    data: part.data.subarray(begin, begin + samples.reduce((sum, { size }) => sum + size, 0)),
  };
}

/** An initialisation segment of one track whose clock is `factor` times as fine. @param {Buffer} init @param {number} factor */
export function finerInit(init, factor) {
  const copy = Buffer.from(init);
  const mdhd = find(copy, ['moov', 'trak', 'mdia', 'mdhd']);
  const elst = find(copy, ['moov', 'trak', 'edts', 'elst']);
  if (mdhd === null || copy[mdhd.body] !== 0 || (elst !== null && copy[elst.body] !== 0)) throw new Error('a track of another shape');
  // Each edit: how long in the movie's clock, where from in the track's (-1 is nowhere), how fast.
  for (let at = (elst?.body ?? 0) + 12; at < (elst?.end ?? 0); at += 12) copy.writeInt32BE(Math.max(-1, copy.readInt32BE(at) * factor), at);
  copy.writeUInt32BE(copy.readUInt32BE(mdhd.body + 12) * factor, mdhd.body + 12);
  return copy;
}

/**
 * A fragment for such a clock, with its pictures `copies` times more at its begin, one tick each: all of them have to be decoded, and none takes
 * time to show. It begins with a picture that needs no other, and lasts as long as it did.
 * @param {Fragment} part @param {number} factor @param {number} copies @returns {Fragment}
 */
export function finer(part, factor, copies) {
  const { samples } = part;
  const [{ duration, offset: first }] = samples;
  const dashed = samples.map((sample) => ({ ...sample, duration: 1, offset: first * factor + (sample.offset - first) / duration }));
  const shown = samples.map((sample) => ({ ...sample, duration: sample.duration * factor, offset: sample.offset * factor }));
  shown[shown.length - 1].duration -= copies * samples.length;
  return {
    ...part,
    time: part.time * BigInt(factor),
    samples: [...Array.from({ length: copies }, () => dashed).flat(), ...shown],
    data: Buffer.concat(Array.from({ length: copies + 1 }, () => part.data)),
  };
}

/**
 * One ordinary file of fragmented media: its sample tables first, then the data, segment by segment.
 * @param {Buffer} init @param {Buffer[]} segments @param {(track: number) => number} scaleOf
 * @returns {{bytes: Buffer, initEnd: number, segmentEnds: number[]}}
 */
export function fileOf(init, segments, scaleOf) {
  const parts = segments.map(fragments);
  const data = parts.map((tracks) => Buffer.concat(tracks.map(({ data }) => data)));
  const ftyp = box('ftyp', Buffer.from('isom'), u32(0x200), Buffer.from('isommp41'));
  const make = (/** @type {number} */ base) => {
    const begins = data.map((_, index) => base + data.slice(0, index).reduce((sum, { length }) => sum + length, 0));
    const moov = /** @type {Box} */ (find(init, ['moov']));
    const contents = [];
    for (const part of boxes(init, moov.body, moov.end)) {
      if (part.type === 'mvhd') contents.push(lasting(init.subarray(part.start, part.end), 24, Math.round((duration(parts, 1) * 1_000) / scaleOf(1))));
      if (part.type !== 'trak') continue;
      const tkhd = /** @type {Box} */ (find(init, ['tkhd'], undefined, part.body, part.end));
      const track = init.readUInt32BE(tkhd.body + 12);
      const own = parts.map((tracks) => /** @type {Fragment} */ (tracks.find((fragment) => fragment.track === track)));
      const offsets = parts.map((tracks, index) => begins[index] + tracks.slice(0, tracks.indexOf(own[index])).reduce((sum, { data }) => sum + data.length, 0));
      const samples = own.flatMap((fragment) => fragment.samples.map((sample, index) => ({ ...sample, key: index === 0 })));
      const tables = {
        stts: Buffer.concat([u32(0, samples.length), ...samples.map(({ duration }) => u32(1, duration))]),
        ctts: Buffer.concat([u32(0, samples.length), ...samples.map(({ offset }) => u32(1, offset))]),
        stss: Buffer.concat([u32(0, own.length), ...samples.flatMap(({ key }, index) => (key ? [u32(index + 1)] : []))]),
        stsz: Buffer.concat([u32(0, 0, samples.length), ...samples.map(({ size }) => u32(size))]),
        stsc: Buffer.concat([u32(0, own.length), ...own.map((fragment, index) => u32(index + 1, fragment.samples.length, 1))]),
        stco: Buffer.concat([u32(0, own.length), ...offsets.map((offset) => u32(offset))]),
      };
      const rebuild = (/** @type {number} */ from, /** @type {number} */ to) =>
        /** @type {Buffer} */ (
          Buffer.concat(
            [...boxes(init, from, to)].map(({ type, start, body, end }) => {
              const whole = init.subarray(start, end);
              if (type === 'edts') return Buffer.alloc(0);
              if (type === 'mdia' || type === 'minf') return box(type, rebuild(body, end));
              if (type === 'tkhd') return lasting(whole, 28, Math.round((duration(parts, track) * 1_000) / scaleOf(track)));
              if (type === 'mdhd') return lasting(whole, 24, duration(parts, track));
              if (type !== 'stbl') return whole;
              const stsd = /** @type {Box} */ (find(init, ['stsd'], undefined, body, end));
              const { ctts, stss, ...always } = tables;
              // Sound has no order of its own and no key frames.
              const kept = { ...always, ...(track === 1 ? { ctts, stss } : {}) };
              return box('stbl', init.subarray(stsd.start, stsd.end), ...Object.entries(kept).map(([name, bytes]) => box(name, bytes)));
            }),
          )
        );
      contents.push(box('trak', rebuild(part.body, part.end)));
    }
    return Buffer.concat([ftyp, box('moov', ...contents)]);
  };
  const head = make(make(0).length + 8);
  const mdat = box('mdat', ...data);
  let at = head.length + 8;
  return { bytes: Buffer.concat([head, mdat]), initEnd: at, segmentEnds: data.map(({ length }) => (at += length)) };
}

/** @param {Fragment[][]} parts @param {number} track */
function duration(parts, track) {
  return parts.flatMap((tracks) => tracks.filter((fragment) => fragment.track === track)).reduce((sum, { samples }) => sum + samples.reduce((all, { duration }) => all + duration, 0), 0);
}

/** A header (version 0) with its duration, which stands `at` bytes after its begin. @param {Buffer} header @param {number} at @param {number} value */
function lasting(header, at, value) {
  const copy = Buffer.from(header);
  copy.writeUInt32BE(value, at);
  return copy;
}
