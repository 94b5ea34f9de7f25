import { describe, expect, test } from 'vitest';

import {
  CACHE_TORRENT_IDS,
  type CacheTorrentMessage,
  decodeCacheTorrent,
  encodeCacheTorrent,
} from './cachetorrent.ts';
import { FrameEncoder } from '../codec/frame-encoder.ts';
import { WIRE_LIMITS } from '../codec/limits.ts';

const peer = (host: string): { host: string; port: number } => ({ host, port: 6881 });

/** The bytes of each message. They must never change: other programs rely on them. */
const GOLDEN: readonly [CacheTorrentMessage, string][] = [
  [
    {
      name: 'ct_leader_start',
      target: peer('10.0.0.2'),
      peerId: Uint8Array.from('-CT0001-leaderdest00', (c) => c.charCodeAt(0)),
    },
    '0000002d 14 0a 64343a64657374363a0a0000021ae1323a696432303a2d4354303030312d6c656164657264657374303065',
  ],
  [
    {
      name: 'ct_neighbours',
      peers: [peer('10.0.0.2'), { host: '10.0.0.3', port: 6882 }],
      asns: [64512, 64511],
    },
    '0000002e 14 0b 64323a61736c693634353132656936343531316565353a706565727331323a0a0000021ae10a0000031ae265',
  ],
  [
    { name: 'ct_candidate', uploadBytesPerS: 10, downloadBytesPerS: 20, asn: 64512 },
    '00000021 14 0c 64323a617369363435313265343a646f776e69323065323a75706931306565',
  ],
  [
    { name: 'ct_leaders', leaders: [{ host: '10.0.0.9', port: 6889 }], asn: 64512 },
    '0000001e 14 0d 64323a617369363435313265353a7065657273363a0a0000091ae965',
  ],
  [{ name: 'ct_have', piece: 258 }, '00000010 14 0e 64353a696e646578693235386565'],
];

describe.each(GOLDEN)('$name', (message, hex) => {
  test('is encoded to these bytes', () => {
    const encoder = new FrameEncoder();
    encoder.extended(CACHE_TORRENT_IDS[message.name], encodeCacheTorrent(message));
    expect(Buffer.from(encoder.take()!).toString('hex')).toBe(hex.replaceAll(' ', ''));
  });

  test('is decoded to what was encoded', () => {
    expect(decodeCacheTorrent(message.name, encodeCacheTorrent(message), WIRE_LIMITS)).toEqual(
      message,
    );
  });
});

test('IPv6 peers are in a separate list and come after the IPv4 peers', () => {
  const message: CacheTorrentMessage = {
    name: 'ct_neighbours',
    peers: [peer('10.0.0.2'), peer('2001:db8::1')],
    asns: [1, 2],
  };
  expect(decodeCacheTorrent('ct_neighbours', encodeCacheTorrent(message), WIRE_LIMITS)).toEqual(
    message,
  );
});

test('unknown keys are ignored', () => {
  const payload = Uint8Array.from('d4:dest6:123456 4:morei1ee'.replace(' ', ''), (c) =>
    c.charCodeAt(0),
  );
  expect(decodeCacheTorrent('ct_leader_start', payload, WIRE_LIMITS)).toMatchObject({
    name: 'ct_leader_start',
  });
});
