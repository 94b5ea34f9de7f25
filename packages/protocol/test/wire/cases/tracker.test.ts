/** Responses of a tracker, or of any other server in its place. */

import { parseAnnounceResponse } from '@cachetorrent/protocol/wire';
import { describe, expect, test } from 'vitest';

import { ascii } from '../remote-peer.ts';

describe('60. responses of a tracker', () => {
  test.each([
    ['an empty response', '', 'malformed'],
    ['a list', 'le', 'malformed'],
    ['HTML', '<html>', 'malformed'],
    ['a truncated dictionary', 'd8:interval', 'malformed'],
    ['a bencode bomb', 'l'.repeat(100_000), 'malformed'],
    ['over 1 MiB', `d1:x${2 ** 20}:${' '.repeat(2 ** 20)}e`, 'malformed'],
    ['a failure reason', 'd14:failure reason4:busye', 'failure'],
  ])('%s', (_, answer, kind) => {
    expect(parseAnnounceResponse(ascii(answer)).kind).toBe(kind);
  });

  test.each([
    ['a missing interval', 'd5:peers0:e', { intervalS: 1_800 }, 'interval is missing'],
    ['a negative interval', 'd8:intervali-5e5:peers0:e', { intervalS: 5 }, 'interval is -5 s'],
    [
      'an interval of a year',
      'd8:intervali31536000e5:peers0:e',
      { intervalS: 86_400 },
      'interval is 31536000 s',
    ],
    [
      'peers of 7 bytes',
      'd8:intervali60e5:peers7:1234567e',
      { peers: [] },
      'peers is not a list of 6-byte entries',
    ],
    [
      'peers that are a number',
      'd8:intervali60e5:peersi7ee',
      { peers: [] },
      'peers is not a list of 6-byte entries',
    ],
    [
      'a peer with port 0',
      'd8:intervali60e5:peers12:\x0a\0\0\x01\x1a\xe1\x0a\0\0\x02\0\0e',
      { peers: [{ host: '10.0.0.1', port: 6881 }] },
      '1 peers have no valid endpoint',
    ],
    [
      'peers as dictionaries',
      'd8:intervali60e5:peersld2:ip8:10.0.0.14:porti6881eed2:ip5:helloeee',
      { peers: [{ host: '10.0.0.1', port: 6881 }] },
      '1 peers have no valid endpoint',
    ],
  ])('%s', (_, answer, response, warning) => {
    expect(parseAnnounceResponse(ascii(answer))).toMatchObject({
      kind: 'peers',
      response,
      warnings: [warning],
    });
  });
});
