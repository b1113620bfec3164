import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

// Both files as they stand in the working folder of `npm test`: this package.
const source = readFileSync('src/api-types.ts', 'utf8');
const { components } = JSON.parse(readFileSync('../schemas/openapi.json', 'utf8')) as {
  components: { schemas: Record<string, { properties?: Record<string, unknown>; required?: string[] }> };
};

/** What an interface is called in the contract, where that is another name. */
const CONTRACT: Record<string, string> = {
  Annotation: 'AnnotationResult',
  ApiKey: 'ApiKeyResource',
  Arm: 'ArmResource',
  Experiment: 'ExperimentResource',
  License: 'LicenseResource',
  Organization: 'OrganizationResource',
};
/** Asked for and answered in shapes that the contract has under these names. */
const CHECKED = [
  'ExplainRequest',
  'Condition',
  'Cause',
  'ExplainResult',
  'Comparison',
  'AnnotationRequest',
  'Annotation',
  'AnnotationsResult',
  'Arm',
  'ExperimentRequest',
  'Experiment',
  'Organization',
  'License',
  'ApiKey',
];

/** The properties of an interface, its parent's included. */
function propertiesOf(name: string): string[] {
  const [, parent, body] = new RegExp(`^export interface ${name}(?: extends (\\w+))? \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(source) ?? [];
  assert.ok(body, `no interface ${name}`);
  const own = [...body!.matchAll(/^ {2}(\w+)\??:/gm)].map(([, property]) => property!);
  return parent ? [...propertiesOf(parent), ...own] : own;
}

test('what the dashboard reads and sends is called so in the contract', () => {
  for (const name of CHECKED) {
    const schema = components.schemas[CONTRACT[name] ?? name];
    assert.ok(schema?.properties, `the contract has no ${CONTRACT[name] ?? name}`);
    const unknown = propertiesOf(name).filter((property) => !(property in schema!.properties!));
    assert.deepEqual(unknown, [], name);
  }
});

test('what a request must say, the dashboard says', () => {
  for (const name of CHECKED.filter((each) => each.endsWith('Request'))) {
    const missing = (components.schemas[name]!.required ?? []).filter((property) => !propertiesOf(name).includes(property));
    assert.deepEqual(missing, [], name);
  }
});
