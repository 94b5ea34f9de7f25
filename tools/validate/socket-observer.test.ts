import { BLOCK_BYTES } from '@cachetorrent/protocol';
import { CACHE_TORRENT_IDS, encodeHandshake, FrameEncoder } from '@cachetorrent/protocol/wire';
import { expect, test } from 'vitest';

import { SentStream, SentTraffic } from './socket-observer.ts';

const FEATURES = { fast: true, extensions: true, dht: false, version2: false };

/** A handshake, and messages of many kinds, as our client encodes them. */
function written(): Uint8Array {
  const encoder = new FrameEncoder();
  encoder.haveAll();
  encoder.extended(0, new Uint8Array(300));
  encoder.extended(CACHE_TORRENT_IDS.ct_leader_start, new Uint8Array(3));
  encoder.extended(CACHE_TORRENT_IDS.ct_have, new Uint8Array(20));
  encoder.unchoke();
  encoder.keepAlive();
  encoder.have(2);
  encoder.request(0, 0, BLOCK_BYTES);
  encoder.piece(2, 0, new Uint8Array(BLOCK_BYTES));
  encoder.piece(2, BLOCK_BYTES, new Uint8Array(100));
  encoder.choke();
  const bytes: Uint8Array[] = [
    encodeHandshake({
      features: FEATURES,
      infoHash: new Uint8Array(20),
      peerId: new Uint8Array(20),
    }),
  ];
  for (let chunk = encoder.take(); chunk; chunk = encoder.take()) bytes.push(chunk.slice());
  return Buffer.concat(bytes);
}

test.each([1, 7, 1_000, 10 ** 6])('messages are counted if they are sent by %i bytes', (size) => {
  const traffic = new SentTraffic(2, 3);
  const stream = new SentStream(traffic, 1, 0);
  const bytes = written();
  for (let at = 0; at < bytes.length; at += size) stream.add(bytes.subarray(at, at + size));

  const counted = Object.entries(traffic.messages).filter(([, count]) => count > 0);
  expect(Object.fromEntries(counted)).toEqual({
    have_all: 1,
    leader_start: 1,
    relayed_have: 1,
    unchoke: 1,
    have: 1,
    request: 1,
    piece: 2,
    choke: 1,
  });
  expect(traffic.sentBytes).toEqual([0, BLOCK_BYTES + 100]);
  expect(traffic.pieceBytes[1]![0]).toEqual([0, 0, BLOCK_BYTES + 100]);
  expect(traffic.allBytes).toBe(bytes.length);
});
