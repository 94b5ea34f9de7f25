import { expect, test } from 'vitest';

import { assert, unreachable } from './assert.ts';

test('a claim that holds says nothing', () => {
  expect(() => assert(true, 'all is well')).not.toThrow();
});

test('a claim that fails is a bug, and names itself', () => {
  expect(() => assert(false, 'time never moves backwards')).toThrow('bug: time never moves backwards');
});

test('a member without a case is a bug, and is named', () => {
  expect(() => unreachable('sideways' as never)).toThrow('bug: no case for sideways');
});
