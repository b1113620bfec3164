// The tables of names against the definition, and the reader against every example there is in both forms.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { decode, MESSAGES } from './decode.ts';

// Where test.mjs runs this: collector-wasm/.
const golden = '../schemas/tests/golden/v1/';
const definition = readFileSync('../schemas/proto/playhead/v1/beacon.proto', 'utf8').replace(/\/\/.*/g, '');
const nouns = readFileSync('../schemas/src/beacon.rs', 'utf8');

/** The words of an enum in JSON: letters where schemas/src/beacon.rs gives some, else the definition's own without their prefix. */
function words(name: string): string {
  const [, body] = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(definition)!;
  const prefix = name.replace(/\B[A-Z]/g, '_$&').toUpperCase() + '_';
  const values = [...body!.matchAll(/(\w+) = (\d+);/g)].map(([, value, number]) => [value!.slice(prefix.length).toLowerCase(), Number(number)] as const);
  assert.deepEqual(values.map(([, number]) => number), values.map((_, index) => index));
  const [, variants] = new RegExp(`pub enum ${name} \\{([\\s\\S]*?)\\n\\}`).exec(nouns)!.map((text) => text.replace(/\/\/\/.*/g, ''));
  const letters = [...variants!.matchAll(/rename = "(\w+)"\)\]\s+(\w+),/g)].map(([, letter]) => letter);
  const named = values.slice(1).map(([word]) => word);
  if (letters.length > 0) assert.equal(letters.length, named.length);
  return (letters.length > 0 ? letters : named).join();
}

/** What the tables say a field of this type holds. */
function holds(type: string, repeated: boolean): string {
  const known: Record<string, string> = { string: '', bytes: 'id', bool: 'bool', uint32: 'number', uint64: 'number', int64: 'number', 'map<string, string>': 'map' };
  const held = known[type] ?? (definition.includes(`message ${type} {`) ? type : words(type));
  return repeated ? `${held}[]` : held;
}

test('every message has the fields of the definition, by number, and their words', () => {
  const defined = [...definition.matchAll(/message (\w+) \{((?:[^{}]|\{[^{}]*\})*)\}/g)];
  assert.deepEqual(defined.map(([, name]) => name).sort(), Object.keys(MESSAGES).sort());
  for (const [, name, body] of defined) {
    const fields = [...body!.matchAll(/^ *(repeated |optional )?([\w<>, ]+) (\w+) = (\d+);/gm)];
    assert.deepEqual(fields.map(([, , , , number]) => Number(number)), fields.map((_, index) => index + 1), name);
    assert.deepEqual(
      MESSAGES[name as keyof typeof MESSAGES].split(' ').map((entry) => entry.replace('?', '').split(':')).map(([field, held = '']) => [field, held]),
      fields.map(([, label, type, field]) => [field, holds(type!.trim(), label === 'repeated ')]),
      name,
    );
  }
});

test('every example in the compact form is read as what its JSON says', () => {
  const names = readdirSync(golden).filter((name) => name.endsWith('.pb'));
  assert.ok(names.length > 5);
  for (const name of names) {
    const json: unknown = JSON.parse(readFileSync(golden + name.replace('.pb', '.json'), 'utf8'), (_key, value: unknown) => value ?? undefined);
    assert.deepEqual(decode(readFileSync(golden + name)), json, name);
  }
});

test('what is no batch is refused, and what is newer is passed over', () => {
  assert.throws(() => decode(new TextEncoder().encode('{"beacons":[]}')), RangeError);
  assert.throws(() => decode(Uint8Array.of(0x22, 9, 1)), RangeError);
  assert.deepEqual(decode(Uint8Array.of(8, 1, 0xf8, 7, 5)), { schema_version: 1, sent_at_ms: 0, beacons: [] });
});
