import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { MESSAGE_KINDS } from './kinds.ts';

test('the kinds are those of the protocol, which is not a part of the page', () => {
  const source = new URL('../../../protocol/src/messages/messages.ts', import.meta.url);
  const list = /MESSAGE_KINDS: readonly MessageKind\[\] = \[([^\]]+)\]/;
  const kinds = list.exec(readFileSync(source, 'utf8'))![1]!.match(/\w+/g);
  expect(MESSAGE_KINDS).toEqual(kinds);
});
