// How the module stands in the JavaScript: as texts. js/unpack.ts is the way back; js/unpack.test.ts holds the two together.

/**
 * Which instructions have an operand that is kept apart from them, from and to. What has two operands is here twice: a place in memory is an
 * alignment and an offset. In between stand the variables, what is called, where a branch goes, and numbers of 32 and of 64 bits.
 *
 * Brotli then sees where the same is done to something else: 5 % less.
 */
const OPERANDS = [
  [0x20, 0x24],
  [0x28, 0x3e],
  [0x28, 0x3e],
  [0x10, 0x10],
  [0x0c, 0x0d],
  [0x41, 0x41],
  [0x42, 0x42],
];

/**
 * A module as texts: one of instructions and all else, then one of each kind of operand.
 *
 * TRICKY: every byte that looks like an instruction with operands is taken for one, in code or not. So the way back need not know what a module is.
 * @param {Uint8Array} module
 */
export function packed(module) {
  const rest = module.values();
  const instructions = [];
  const operands = OPERANDS.map(() => /** @type {number[]} */ ([]));
  for (const instruction of rest) {
    instructions.push(instruction);
    OPERANDS.forEach(([first, last], kind) => {
      if (instruction < first || instruction > last) return;
      for (let more = true; more; ) {
        const { value } = rest.next();
        if (value !== undefined) operands[kind].push(value);
        more = value > 127;
      }
    });
  }
  return [instructions, ...operands].map(asText);
}

/**
 * Bytes as printable ASCII, which means the same in any page and in any bundle. A byte below 90 is one character from `#` on; a higher one is
 * that of 90 or 180 less, after a space or `!`. Brotli sees the bytes through it, where hexadecimal digits are 8 % more and base64 is 29 %.
 * @param {number[]} bytes
 */
function asText(bytes) {
  return bytes.map((byte) => ['', ' ', '!'][Math.floor(byte / 90)] + String.fromCharCode((byte % 90) + 35)).join('');
}
