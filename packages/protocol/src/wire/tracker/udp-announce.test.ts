/** The packets of BEP 15: those of clients as captured from libtorrent 2.0.8 and Transmission. */

import { describe, expect, test } from 'vitest';

import type { AnnounceRequest } from './announce-request.ts';
import { encodeUdpAnnounce, encodeUdpConnect, parseUdpAnswer } from './udp-announce.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');
const TRANSACTION = 0x89abcdef;
const REQUEST: AnnounceRequest = {
  infoHash: new Uint8Array(20).fill(0xaa),
  peerId: new Uint8Array(20).fill(0xbb),
  port: 6_881,
  uploaded: 3,
  downloaded: 2 ** 40,
  left: 1,
  event: 'started',
};

test('a request for a connection id has 16 bytes', () => {
  expect(hex(encodeUdpConnect(TRANSACTION))).toBe('00000417271019800000000089abcdef');
});

describe('an announce', () => {
  const connectionId = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const announceOf = (changes: Partial<AnnounceRequest>, urlData = ''): string =>
    hex(encodeUdpAnnounce(connectionId, TRANSACTION, { ...REQUEST, ...changes }, urlData));

  test('has 98 bytes', () => {
    expect(announceOf({})).toBe(
      [
        '0102030405060708',
        '00000001',
        '89abcdef',
        'aa'.repeat(20),
        'bb'.repeat(20),
        '0000010000000000',
        '0000000000000001',
        '0000000000000003',
        '00000002',
        '00000000',
        'bbbbbbbb',
        'ffffffff',
        '1ae1',
      ].join(''),
    );
  });

  test.each([
    { event: undefined, code: 0 },
    { event: 'completed', code: 1 },
    { event: 'started', code: 2 },
    { event: 'stopped', code: 3 },
  ] as const)('has the event $event as $code', ({ event, code }) => {
    expect(announceOf({ event }).slice(160, 168)).toBe(`0000000${code}`);
  });

  test('asks for a number of peers', () => {
    expect(announceOf({ numWant: 7 }).slice(184, 192)).toBe('00000007');
  });

  test('ends with the path and query of the URL, as that of libtorrent does (BEP 41)', () => {
    expect(announceOf({}, '/announce?ct=1&ct_as=64512').slice(196)).toBe(
      '021a2f616e6e6f756e63653f63743d312663745f61733d3634353132',
    );
    const long = `/${'x'.repeat(299)}`;
    const options = announceOf({}, long).slice(196);
    expect(options).toBe(`02ff2f${'78'.repeat(254)}022d${'78'.repeat(45)}`);
  });
});

describe('the answer of a tracker', () => {
  const answer = (text: string, isIpv6 = false) => parseUdpAnswer(bytes(text), TRANSACTION, isIpv6);

  test('to a connect is a connection id', () => {
    expect(answer('00000000 89abcdef 0102030405060708')).toEqual({
      kind: 'connected',
      connectionId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    });
  });

  test('to an announce is the interval, the counts and the peers', () => {
    const text = '00000001 89abcdef 00000708 00000002 00000003 0a0000021ae1 0a0000030001';
    expect(answer(text)).toEqual({
      kind: 'peers',
      warnings: [],
      response: {
        intervalS: 1_800,
        leechers: 2,
        seeds: 3,
        peers: [
          { host: '10.0.0.2', port: 6_881 },
          { host: '10.0.0.3', port: 1 },
        ],
      },
    });
  });

  test('from an IPv6 address has peers with such addresses (BEP 7)', () => {
    const peer = '20010db8000000000000000000000001 1ae1';
    expect(answer(`00000001 89abcdef 00000708 00000000 00000001 ${peer}`, true)).toMatchObject({
      response: { peers: [{ host: '2001:db8::1', port: 6_881 }] },
    });
  });

  test('may be longer than its content, and have bad peers and intervals', () => {
    const text = '00000001 89abcdef ffffffff 00000000 00000000 0a0000020000 0a0000031ae1 0a00';
    expect(answer(text)).toMatchObject({
      warnings: ['1 peers have no valid endpoint'],
      response: { intervalS: 5, peers: [{ host: '10.0.0.3', port: 6_881 }] },
    });
  });

  test.each(['', '\0'])('that refuses is its text', (end) => {
    const reason = Buffer.from(`no such torrent${end}`).toString('hex');
    expect(answer(`00000003 89abcdef ${reason}`)).toEqual({
      kind: 'failure',
      reason: 'no such torrent',
    });
  });

  test.each([
    { what: 'no bytes', text: '' },
    { what: '7 bytes', text: '00000003 89abcd' },
    { what: 'another transaction', text: '00000003 89abcdee 00' },
    { what: 'a short connect', text: '00000000 89abcdef 01020304050607' },
    { what: 'a short announce', text: '00000001 89abcdef 00000708 00000002 000000' },
    { what: 'an unknown action', text: '00000004 89abcdef 0102030405060708' },
  ])('is none: $what', ({ text }) => {
    expect(answer(text)).toBeUndefined();
  });
});
