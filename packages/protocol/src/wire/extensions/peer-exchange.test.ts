import { expect, test } from 'vitest';

import { WIRE_LIMITS } from '../codec/limits.ts';
import { decodePeerExchange, encodePeerExchange } from './peer-exchange.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const options = { peersMax: 50, allowLoopback: false };

test('a message is decoded to what was encoded', () => {
  const exchange = {
    added: [
      { host: '10.0.0.1', port: 1, flags: 2 },
      { host: '2001:db8::1', port: 2, flags: 16 },
    ],
    dropped: [{ host: '10.0.0.2', port: 3 }],
  };
  expect(decodePeerExchange(encodePeerExchange(exchange), WIRE_LIMITS, options)).toEqual(exchange);
});

test('loopback addresses and endpoints with port 0 are omitted', () => {
  const payload = ascii('d5:added18:\x7f\0\0\x01\x1a\xe1\x0a\0\0\x01\0\0\x0a\0\0\x02\x1a\xe1e');
  expect(decodePeerExchange(payload, WIRE_LIMITS, options).added).toEqual([
    { host: '10.0.0.2', port: 6881, flags: 0 },
  ]);
  expect(
    decodePeerExchange(payload, WIRE_LIMITS, { ...options, allowLoopback: true }).added,
  ).toHaveLength(2);
});
