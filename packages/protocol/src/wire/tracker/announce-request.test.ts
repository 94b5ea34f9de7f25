import { expect, test } from 'vitest';

import { type AnnounceRequest, announceUrl, parseAnnounceQuery } from './announce-request.ts';

const request: AnnounceRequest = {
  infoHash: Uint8Array.from({ length: 20 }, (_, i) => i * 13),
  peerId: Uint8Array.from('-CT0100-&=%+ ~_.-abc', (c) => c.charCodeAt(0)),
  port: 6881,
  uploaded: 0,
  downloaded: 2 ** 40,
  left: 5,
  event: 'started',
  numWant: 50,
  key: 'a b&c',
  trackerId: 'ü',
  ip: undefined,
  cacheTorrent: {
    asn: 64512,
    uploadBytesPerS: 10,
    downloadBytesPerS: 20,
    lostLeaders: [
      { host: '10.0.0.7', port: 6881 },
      { host: '2001:db8::7', port: 2 },
    ],
  },
};

test('a request is parsed to what was encoded', () => {
  const url = announceUrl('http://10.0.0.1:6969/announce', request);
  expect(parseAnnounceQuery(url.slice(url.indexOf('?') + 1))).toEqual(request);
  expect(new URL(url).href).toBe(url);
});

test('a request percent-encodes bytes, not characters (BEP 3)', () => {
  expect(announceUrl('http://t/a', request)).toContain('info_hash=%00%0D%1A%274AN%5Bhu%82');
});

test('the fields follow a query that the tracker URL already has', () => {
  expect(announceUrl('http://t/a?secret=1', request)).toMatch(
    /^http:\/\/t\/a\?secret=1&info_hash=/,
  );
});

test('a fragment of the tracker URL, which is not sent, does not swallow the fields', () => {
  expect(announceUrl('http://t/a#b?c', request)).toMatch(/^http:\/\/t\/a\?info_hash=/);
});

test.each([
  ['', 'info_hash must be 20 bytes'],
  [`info_hash=${'a'.repeat(19)}`, 'info_hash must be 20 bytes'],
  [`info_hash=${'a'.repeat(20)}%`, 'info_hash must be 20 bytes'],
  [`info_hash=${'a'.repeat(20)}&peer_id=b`, 'peer_id must be 20 bytes'],
  [`info_hash=${'a'.repeat(20)}&peer_id=${'b'.repeat(20)}`, 'port must be 1 to 65535'],
  [`info_hash=${'a'.repeat(20)}&peer_id=${'b'.repeat(20)}&port=65536`, 'port must be 1 to 65535'],
])('the query "%s" is refused', (query, problem) => {
  expect(parseAnnounceQuery(query)).toBe(problem);
});

const VALID = `info_hash=${'a'.repeat(20)}&peer_id=${'b'.repeat(20)}&port=1`;

test.each([
  ['event=paused', { event: 'paused' }],
  ['event=', { event: undefined }],
  ['event=update', { event: undefined }],
  ['event=STARTED', { event: undefined }],
  ['event=toString', { event: undefined }],
  ['numwant=-1', { numWant: undefined }],
  ['compact=1', { peerList: undefined }],
  ['compact=0', { peerList: { hasIds: true } }],
  ['compact=0&no_peer_id=1', { peerList: { hasIds: false } }],
])('%s is understood (BEP 3, 21, 23)', (field, expected) => {
  expect(parseAnnounceQuery(`${VALID}&${field}`)).toMatchObject(expected);
});

test('the query of a client without CacheTorrent is parsed', () => {
  const query = `info_hash=${'a'.repeat(20)}&peer_id=${'b'.repeat(20)}&port=1&left=-1&uploaded=x&event=`;
  expect(parseAnnounceQuery(query)).toMatchObject({
    left: Number.MAX_SAFE_INTEGER,
    uploaded: 0,
    event: undefined,
    cacheTorrent: undefined,
  });
});

test.each(['ct_lost=abc', 'ct_lost=%', 'ct_lost6=abcdef', 'ct_lost=abcd%00%00', 'ct_lost='])(
  'lost leaders that are no endpoints are ignored: %s',
  (field) => {
    expect(parseAnnounceQuery(`${VALID}&ct=1&${field}`)).toMatchObject({
      cacheTorrent: { lostLeaders: undefined },
    });
  },
);
