import { expect, test } from 'vitest';

import { assert, unreachable } from './assert.ts';

test('an assertion that holds does nothing', () => {
  expect(() => assert(true, 'the condition holds')).not.toThrow();
});

test('an assertion that fails throws its claim', () => {
  expect(() => assert(false, 'time never moves backwards')).toThrow(
    'bug: time never moves backwards',
  );
});

test('a member without a case throws its name', () => {
  expect(() => unreachable('sideways' as never)).toThrow('bug: no case for sideways');
});
