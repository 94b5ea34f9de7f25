/** What a tracker, or whoever answers in its place, may send. */

import { parseAnnounceResponse } from '@cachetorrent/protocol/wire';
import { describe, expect, test } from 'vitest';

import { ascii } from '../stranger.ts';

describe('60. answers of a tracker', () => {
  test.each([
    ['nothing', '', 'malformed'],
    ['a list', 'le', 'malformed'],
    ['text', '<html>', 'malformed'],
    ['a dictionary that is cut short', 'd8:interval', 'malformed'],
    ['a nesting bomb', 'l'.repeat(100_000), 'malformed'],
    ['over 1 MiB', `d1:x${2 ** 20}:${' '.repeat(2 ** 20)}e`, 'malformed'],
    ['a refusal', 'd14:failure reason4:busye', 'refusal'],
  ])('%s', (_, answer, kind) => {
    expect(parseAnnounceResponse(ascii(answer)).kind).toBe(kind);
  });

  test.each([
    ['no interval', 'd5:peers0:e', { intervalS: 1_800 }, 'it names no interval'],
    ['a negative interval', 'd8:intervali-5e5:peers0:e', { intervalS: 5 }, 'an interval of -5 s'],
    ['an interval of a year', 'd8:intervali31536000e5:peers0:e', { intervalS: 86_400 }, 'an interval of 31536000 s'],
    ['peers of 7 bytes', 'd8:intervali60e5:peers7:1234567e', { peers: [] }, 'peers is no list of 6 bytes each'],
    ['peers that are a number', 'd8:intervali60e5:peersi7ee', { peers: [] }, 'peers is no list of 6 bytes each'],
    ['a peer at port 0', 'd8:intervali60e5:peers12:\x0a\0\0\x01\x1a\xe1\x0a\0\0\x02\0\0e', { peers: [{ host: '10.0.0.1', port: 6881 }] }, '1 peers have no address'],
    ['peers as dictionaries', 'd8:intervali60e5:peersld2:ip8:10.0.0.14:porti6881eed2:ip5:helloeee', { peers: [{ host: '10.0.0.1', port: 6881 }] }, '1 peers have no address'],
  ])('%s', (_, answer, response, remark) => {
    expect(parseAnnounceResponse(ascii(answer))).toMatchObject({ kind: 'peers', response, remarks: [remark] });
  });
});
