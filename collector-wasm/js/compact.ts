// Here lives the writing of Protocol Buffers, as far as a beacon needs it. What each field means: schemas/proto/playhead/v1/beacon.proto.

export const encoder = new TextEncoder();

/** Whole, not negative, exact to 2⁵³. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** A field of a message: a number as it is, texts, bytes and messages behind their length. */
export function field(number: number, value: number | string | Iterable<number>): number[] {
  if (typeof value === 'number') return [...varint(number * 8), ...varint(value)];
  const bytes = [...(typeof value === 'string' ? encoder.encode(value) : value)];
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}
