import { expect, test } from 'vitest';

import { WIRE_LIMITS } from '../codec/limits.ts';
import {
  decodeMetadataMessage,
  encodeMetadataMessage,
  type MetadataMessage,
} from './metadata-exchange.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

test.each<MetadataMessage>([
  { kind: 'request', block: 0 },
  { kind: 'data', block: 1, totalBytes: 16_389, bytes: ascii('hello') },
  { kind: 'reject', block: 2 },
])('a $kind is decoded to what was encoded', (message) => {
  expect(decodeMetadataMessage(encodeMetadataMessage(message), WIRE_LIMITS)).toEqual(message);
});

test('a request has the bytes of the example in BEP 9', () => {
  expect(encodeMetadataMessage({ kind: 'request', block: 0 })).toEqual(
    ascii('d8:msg_typei0e5:piecei0ee'),
  );
});

test('unknown message types are ignored (BEP 9)', () => {
  expect(decodeMetadataMessage(ascii('d8:msg_typei9e5:piecei0ee'), WIRE_LIMITS)).toBeUndefined();
});
