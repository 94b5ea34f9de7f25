import { describe, expect, test } from 'vitest';

import { type AnnounceRequest, announceUrl, parseAnnounceQuery } from './announce-request.ts';
import { type AnnounceResponse, encodeAnnounceRefusal, encodeAnnounceResponse, parseAnnounceResponse } from './announce-response.ts';
import { percentDecode, percentEncode } from '../codec/percent.ts';

const request: AnnounceRequest = {
  infoHash: Uint8Array.from({ length: 20 }, (_, i) => i * 13),
  peerId: Uint8Array.from('-CT0100-&=%+ ~_.-abc', (c) => c.charCodeAt(0)),
  port: 6881,
  uploaded: 0,
  downloaded: 2 ** 40,
  left: 5,
  event: 'started',
  wanted: 50,
  key: 'a b&c',
  trackerId: 'ü',
  ip: undefined,
  cacheTorrent: { system: 64512, uploadBytesPerS: 10, downloadBytesPerS: 20 },
};

describe('a request', () => {
  test('is read as it was written', () => {
    const url = announceUrl('http://10.0.0.1:6969/announce', request);
    expect(parseAnnounceQuery(url.slice(url.indexOf('?') + 1))).toEqual(request);
    expect(new URL(url).href).toBe(url);
  });

  test('percent-encodes bytes, not characters (BEP 3)', () => {
    expect(announceUrl('http://t/a', request)).toContain('info_hash=%00%0D%1A%274AN%5Bhu%82');
    expect(percentEncode(Uint8Array.of(0xff, 0x41, 0x7e))).toBe('%FFA~');
    expect(percentDecode('%ffA~+')).toEqual(Uint8Array.of(0xff, 0x41, 0x7e, 0x20));
  });

  test('goes on behind a query that the address has', () => {
    expect(announceUrl('http://t/a?secret=1', request)).toMatch(/^http:\/\/t\/a\?secret=1&info_hash=/);
  });

  test.each([
    ['', 'info_hash must be 20 bytes'],
    [`info_hash=${'a'.repeat(19)}`, 'info_hash must be 20 bytes'],
    [`info_hash=${'a'.repeat(20)}%`, 'info_hash must be 20 bytes'],
    [`info_hash=${'a'.repeat(20)}&peer_id=b`, 'peer_id must be 20 bytes'],
    [`info_hash=${'a'.repeat(20)}&peer_id=${'b'.repeat(20)}`, 'port must be 1 to 65535'],
    [`info_hash=${'a'.repeat(20)}&peer_id=${'b'.repeat(20)}&port=65536`, 'port must be 1 to 65535'],
    [`info_hash=${'a'.repeat(20)}&peer_id=${'b'.repeat(20)}&port=1&event=gone`, 'event must be started, completed or stopped'],
  ])('"%s" is refused', (query, problem) => {
    expect(parseAnnounceQuery(query)).toBe(problem);
  });

  test('of another client, without CacheTorrent', () => {
    const query = `info_hash=${'a'.repeat(20)}&peer_id=${'b'.repeat(20)}&port=1&left=-1&uploaded=x&event=`;
    expect(parseAnnounceQuery(query)).toMatchObject({
      left: Number.MAX_SAFE_INTEGER, uploaded: 0, event: undefined, cacheTorrent: undefined,
    });
  });
});

describe('a response', () => {
  const response: AnnounceResponse = {
    intervalS: 1_800,
    minIntervalS: 60,
    seeds: 1,
    leechers: 2,
    peers: [{ host: '10.0.0.1', port: 1, system: 7 }, { host: '2001:db8::1', port: 2, system: 8 }],
    trackerId: 'x',
    warning: 'slow',
    externalIp: '10.0.0.9',
    cacheTorrent: { system: 7, leaders: [{ host: '10.0.0.1', port: 1 }], isPending: true },
  };

  test('is read as it was written', () => {
    expect(parseAnnounceResponse(encodeAnnounceResponse(response))).toEqual({ kind: 'peers', response, remarks: [] });
  });

  test('lists the AS of each peer in the order of the peers', () => {
    const peers = [{ host: '2001:db8::1', port: 2, system: 8 }, { host: '10.0.0.1', port: 1, system: 7 }];
    const answer = parseAnnounceResponse(encodeAnnounceResponse({ ...response, peers }));
    expect(answer).toMatchObject({ response: { peers: peers.toReversed() } });
  });

  test('without CacheTorrent has nothing of it', () => {
    const { cacheTorrent: _, ...plain } = response;
    const encoded = encodeAnnounceResponse(plain);
    expect(Buffer.from(encoded).toString('latin1')).not.toContain('ct_');
    expect(parseAnnounceResponse(encoded)).toMatchObject({ response: { cacheTorrent: undefined } });
  });

  test('may be a refusal', () => {
    expect(parseAnnounceResponse(encodeAnnounceRefusal('no'))).toEqual({ kind: 'refusal', reason: 'no' });
  });
});
