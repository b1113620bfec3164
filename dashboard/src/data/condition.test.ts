import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryFilter } from '../api-types.ts';
import { filtersOf, rowsOf } from './condition.ts';

test('conditions are the same after they were shown in a form, "not known" and lists included', () => {
  const filters: QueryFilter[] = [
    { attribute: 'country', operator: 'IN', value: ['AT', null, 'DE'] },
    { attribute: 'cdn', operator: 'EQ', value: null },
    { attribute: 'browser', operator: 'CONTAINS', value: 'fire fox' },
  ];
  assert.deepEqual(filtersOf(rowsOf(filters)), filters);
});

test('what is typed is read without the blanks around it', () => {
  assert.deepEqual(filtersOf([{ attribute: 'country', operator: 'IN', text: ' AT,DE ,' }]), [{ attribute: 'country', operator: 'IN', value: ['AT', 'DE', null] }]);
  assert.deepEqual(filtersOf([{ attribute: 'country', operator: 'EQ', text: '  ' }]), [{ attribute: 'country', operator: 'EQ', value: null }]);
});
