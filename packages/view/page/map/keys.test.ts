import { expect, test } from 'vitest';

import { commandOf } from './keys.ts';

const plain = { ctrlKey: false, metaKey: false, altKey: false };

test.each([
  ['ArrowUp', { kind: 'move', direction: 'up' }],
  ['PageUp', { kind: 'step', by: -1 }],
  ['Enter', { kind: 'enter' }],
  ['Escape', { kind: 'back' }],
  ['0', { kind: 'fit' }],
  ['Tab', undefined],
  ['a', undefined],
])('%s', (key, command) => {
  expect(commandOf({ ...plain, key })).toEqual(command);
});

test.each(['ctrlKey', 'metaKey', 'altKey'])('with %s held down, a key is the browser’s', (held) => {
  expect(commandOf({ ...plain, [held]: true, key: '+' })).toBeUndefined();
});
