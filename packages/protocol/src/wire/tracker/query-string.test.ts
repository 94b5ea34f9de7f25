import { expect, test } from 'vitest';

import { percentDecode, percentEncode } from './query-string.ts';

test('bytes are percent-encoded and decoded (RFC 3986)', () => {
  expect(percentEncode(Uint8Array.of(0xff, 0x41, 0x7e))).toBe('%FFA~');
  expect(percentDecode('%ffA~+')).toEqual(Uint8Array.of(0xff, 0x41, 0x7e, 0x20));
});
