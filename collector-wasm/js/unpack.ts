// Here lives the way back from the texts that pack.mjs makes of the module.

/** The module. Written out, because it runs before anything is compiled: a list of ranges as in pack.mjs would take three times as long. */
export function unpacked(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  const places = texts.map(() => 0);
  const copy = (text: number): number => {
    let byte = texts[text]!.charCodeAt(places[text]!++) - 35;
    if (byte < 0) byte = (byte + 4) * 90 + texts[text]!.charCodeAt(places[text]!++) - 35;
    // The last byte may only look like an instruction: then there is no operand.
    if (byte >= 0) bytes.push(byte);
    return byte;
  };
  const operand = (text: number): void => {
    while (copy(text) > 127);
  };
  while (places[0]! < texts[0]!.length) {
    const instruction = copy(0);
    if (instruction > 31 && instruction < 37) operand(1);
    if (instruction > 39 && instruction < 63) {
      operand(2);
      operand(3);
    }
    if (instruction === 16) operand(4);
    if (instruction >> 1 === 6) operand(5);
    if (instruction === 65) operand(6);
    if (instruction === 66) operand(7);
  }
  return Uint8Array.from(bytes);
}
