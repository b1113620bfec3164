import assert from 'node:assert/strict';
import { test } from 'node:test';
import { branchesOf, domainsOf, numberOf, ownOf } from './account.ts';

test('domains are typed in any of the usual ways, and once each', () => {
  assert.deepEqual(domainsOf(' example.com, *.example.com;\nexample.com\n\n'), ['example.com', '*.example.com']);
  assert.deepEqual(domainsOf('  '), []);
});

test('nothing typed is no number, and a comma is a point', () => {
  assert.deepEqual([numberOf(''), numberOf(' 12 '), numberOf('0,5')], [null, 12, 0.5]);
  assert.ok(Number.isNaN(numberOf('many')));
});

test('organisations stand below the one above them', () => {
  const named = (name: string, parentId: string | null = null) => ({ id: name, name, parentId, industry: false });
  const organizations = [named('own', 'unseen'), named('tv', 'own'), named('sports', 'own'), named('tv-at', 'tv')];
  assert.deepEqual(
    branchesOf(organizations).map(({ organization, depth }) => [organization.name, depth]),
    [['own', 0], ['tv', 1], ['tv-at', 2], ['sports', 1]],
  );
  assert.equal(ownOf(organizations)?.name, 'own');
  assert.equal(ownOf([]), null);
});
