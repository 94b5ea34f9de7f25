import { expect, test } from 'vitest';

import {
  decodeEndpoint,
  decodeEndpoints,
  encodeEndpoint,
  encodeEndpoints,
  formatAddress,
  parseAddress,
} from './endpoint.ts';

test.each([
  ['10.0.0.2', '0a000002'],
  ['255.255.255.255', 'ffffffff'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['2001:db8::', '20010db8000000000000000000000000'],
  ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
  ['2001:db8:0:1:1:1:1:1', '20010db8000000010001000100010001'],
])('%s is parsed and formatted (RFC 5952)', (host, hex) => {
  expect(Buffer.from(parseAddress(host)!).toString('hex')).toBe(hex);
  expect(formatAddress(Buffer.from(hex, 'hex'))).toBe(host);
});

test('an IPv4-mapped IPv6 address is formatted as IPv4', () => {
  expect(formatAddress(parseAddress('::ffff:10.0.0.2')!)).toBe('10.0.0.2');
});

test.each([
  '',
  'localhost',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '01.2.3.4',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  'g::',
  '12345::',
  ':::',
  '::1.2.3',
])('"%s" is not an address', (host) => {
  expect(parseAddress(host)).toBeUndefined();
});

test('compact endpoints are encoded and decoded (BEP 23, BEP 7)', () => {
  const ipv4 = { host: '10.0.0.2', port: 6881 };
  const ipv6 = { host: '::1', port: 80 };
  expect(Buffer.from(encodeEndpoint(ipv4)!).toString('hex')).toBe('0a0000021ae1');
  expect(decodeEndpoint(encodeEndpoint(ipv6)!)).toEqual(ipv6);
  expect(encodeEndpoint({ host: 'example.org', port: 1 })).toBeUndefined();
  expect(decodeEndpoint(Uint8Array.of(10, 0, 0, 2, 0, 0))).toBeUndefined();
  expect(decodeEndpoint(new Uint8Array(7))).toBeUndefined();

  const lists = encodeEndpoints([ipv6, ipv4, ipv4]);
  expect(decodeEndpoints(lists.ipv4, 6)).toEqual([ipv4, ipv4]);
  expect(decodeEndpoints(lists.ipv6, 18)).toEqual([ipv6]);
  expect(decodeEndpoints(new Uint8Array(7), 6)).toBeUndefined();
});
