import { expect, test } from 'vitest';

import {
  type AnnounceResponse,
  encodeAnnounceFailure,
  encodeAnnounceResponse,
  parseAnnounceResponse,
} from './announce-response.ts';

const response: AnnounceResponse = {
  intervalS: 1_800,
  minIntervalS: 60,
  seeds: 1,
  leechers: 2,
  peers: [
    { host: '10.0.0.1', port: 1, asn: 7 },
    { host: '2001:db8::1', port: 2, asn: 8 },
  ],
  trackerId: 'x',
  warningMessage: 'slow',
  externalIp: '10.0.0.9',
  cacheTorrent: { asn: 7, leaders: [{ host: '10.0.0.1', port: 1 }], isPending: true },
};

test('a response is parsed to what was encoded', () => {
  expect(parseAnnounceResponse(encodeAnnounceResponse(response))).toEqual({
    kind: 'peers',
    response,
    warnings: [],
  });
});

test('the AS numbers are assigned to the right peers when IPv4 peers are moved to the front', () => {
  const peers = [
    { host: '2001:db8::1', port: 2, asn: 8 },
    { host: '10.0.0.1', port: 1, asn: 7 },
  ];
  const result = parseAnnounceResponse(encodeAnnounceResponse({ ...response, peers }));
  expect(result).toMatchObject({ response: { peers: peers.toReversed() } });
});

test('a response without CacheTorrent has none of its keys', () => {
  const { cacheTorrent: _, ...plain } = response;
  const encoded = encodeAnnounceResponse(plain);
  expect(Buffer.from(encoded).toString('latin1')).not.toContain('ct_');
  expect(parseAnnounceResponse(encoded)).toMatchObject({ response: { cacheTorrent: undefined } });
});

test('a list of dictionaries is parsed to the peers that were encoded (BEP 3)', () => {
  const peers = [
    { host: '10.0.0.1', port: 1, peerId: new Uint8Array(20).fill(7) },
    { host: '2001:db8::1', port: 2, peerId: undefined },
  ];
  const { cacheTorrent: _, ...plain } = response;
  const encoded = encodeAnnounceResponse({ ...plain, peers }, 'list');
  expect(parseAnnounceResponse(encoded)).toMatchObject({ response: { peers } });
});

test.each(['compact', 'list'] as const)('a peer without an address is not named: %s', (form) => {
  const peers = [
    { host: '', port: 1 },
    { host: 'localhost', port: 1 },
    { host: '10.0.0.1', port: 2 },
  ];
  const result = parseAnnounceResponse(encodeAnnounceResponse({ intervalS: 5, peers }, form));
  expect(result).toMatchObject({ warnings: [], response: { peers: [{ host: '10.0.0.1' }] } });
});

test('a failure is parsed to its reason', () => {
  expect(parseAnnounceResponse(encodeAnnounceFailure('no'))).toEqual({
    kind: 'failure',
    reason: 'no',
  });
});
