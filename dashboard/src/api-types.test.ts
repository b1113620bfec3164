import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

// Both files as they stand in the working folder of `npm test`: this package.
const source = readFileSync('src/api-types.ts', 'utf8');
const { components } = JSON.parse(readFileSync('../schemas/openapi.json', 'utf8')) as {
  components: { schemas: Record<string, Schema> };
};

interface Schema {
  $ref?: string;
  properties?: Record<string, unknown>;
  required?: string[];
  allOf?: Schema[];
}

/** The properties of a shape of the contract, those of the shapes it is made of included. */
function contractOf({ $ref, properties, allOf }: Schema): string[] {
  if ($ref) return contractOf(components.schemas[$ref.split('/').at(-1)!]!);
  return [...Object.keys(properties ?? {}), ...(allOf ?? []).flatMap(contractOf)];
}

/** What an interface is called in the contract, where that is another name. */
const CONTRACT: Record<string, string> = {
  Alert: 'AlertResource',
  Annotation: 'AnnotationResult',
  ApiKey: 'ApiKeyResource',
  Arm: 'ArmResource',
  Delivery: 'DeliveryResource',
  Experiment: 'ExperimentResource',
  Export: 'ExportResource',
  License: 'LicenseResource',
  Organization: 'OrganizationResource',
};
/** Asked for and answered in shapes that the contract has under these names. */
const CHECKED = [
  'ExplainRequest',
  'Condition',
  'Cause',
  'ExplainResult',
  'Bin',
  'Comparison',
  'AnnotationRequest',
  'Annotation',
  'AnnotationsResult',
  'Arm',
  'ExperimentRequest',
  'Experiment',
  'ArmResult',
  'CupedResult',
  'ArmMetric',
  'ArmComparison',
  'ExperimentResults',
  'AlertRule',
  'AlertSeries',
  'Alert',
  'AlertReading',
  'AlertEvaluatedSeries',
  'AlertEvaluation',
  'Delivery',
  'ExportRequest',
  'ExportProgress',
  'Export',
  'Organization',
  'License',
  'ApiKey',
  'Flight',
  'Health',
];

/** The properties of an interface with their types as they are written, its parent's included. */
function propertiesOf(name: string): Map<string, string> {
  const [, parent, body] = new RegExp(`^export interface ${name}(?: extends (\\w+))? \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(source) ?? [];
  assert.ok(body, `no interface ${name}`);
  const own = [...body!.matchAll(/^ {2}(\w+)(\??): (.*);$/gm)].map(([, property, optional, type]): [string, string] => [property!, `${type}${optional && ' | undefined'}`]);
  return new Map([...(parent ? propertiesOf(parent) : []), ...own]);
}

test('what the dashboard reads and sends is called so in the contract', () => {
  for (const name of CHECKED) {
    const schema = components.schemas[CONTRACT[name] ?? name];
    assert.ok(schema, `the contract has no ${CONTRACT[name] ?? name}`);
    const known = contractOf(schema!);
    const unknown = [...propertiesOf(name).keys()].filter((property) => !known.includes(property));
    assert.deepEqual(unknown, [], name);
  }
});

/** The properties an answer always has. */
const requiredOf = ({ $ref, required, allOf }: Schema): string[] =>
  $ref ? requiredOf(components.schemas[$ref.split('/').at(-1)!]!) : [...(required ?? []), ...(allOf ?? []).flatMap(requiredOf)];

test('what the contract lets an answer leave out or leave null, the dashboard knows as such', () => {
  for (const name of CHECKED.filter((each) => !each.endsWith('Request'))) {
    const always = requiredOf(components.schemas[CONTRACT[name] ?? name]!);
    const sure = [...propertiesOf(name)].filter(([property, type]) => !always.includes(property) && !/null|undefined/.test(type)).map(([property]) => property);
    assert.deepEqual(sure, [], name);
  }
});

test('what a request must say, the dashboard says', () => {
  for (const name of CHECKED.filter((each) => each.endsWith('Request'))) {
    const missing = (components.schemas[name]!.required ?? []).filter((property) => !propertiesOf(name).has(property));
    assert.deepEqual(missing, [], name);
  }
});
