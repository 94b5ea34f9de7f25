/** Blocks and pieces in both directions: assembly, requests, upload limit and rate. */

import { BLOCK_BYTES, type BlockIndex } from '@cachetorrent/protocol';
import { PieceTrust } from '@cachetorrent/protocol/wire';
import { describe, expect, test } from 'vitest';

import { blockAt, blockLayoutOf, rangeOf } from './block-bytes.ts';
import { IncomingRequests } from './incoming-requests.ts';
import { OutgoingRequests } from './outgoing-requests.ts';
import { PartialPiece } from './partial-piece.ts';
import { RateEstimate } from './rate-estimate.ts';
import { type BlockSource, Receiver } from './receiver.ts';
import { TokenBucket } from './token-bucket.ts';

/** Piece 0 has two blocks, piece 1 a short one. */
const SHAPE = { totalBytes: 2 * BLOCK_BYTES + 100, pieceBytes: 2 * BLOCK_BYTES, pieceCount: 2 };

class Neighbour implements BlockSource {
  readonly trust = new PieceTrust();
}

/** A receiver that accepts pieces of bytes with value 1, and completes writes in `finishWrites`. */
function newReceiver() {
  const log: string[] = [];
  const writes: (() => void)[] = [];
  const names = new Map<Neighbour, string>();
  const nameOf = (source: Neighbour): string => names.get(source)!;
  const receiver = new Receiver<Neighbour>({
    layout: SHAPE,
    hasValidHash: (_, bytes) => bytes.every((byte) => byte === 1),
    write: () => new Promise((resolve) => writes.push(resolve)),
    onStored: (piece) => void log.push(`${piece} stored`),
    onHashFailure: (piece, sources) =>
      void log.push(`${piece} failed, sent by ${[...sources].map(nameOf).join()}`),
    onTrustLost: (source) => void log.push(`${nameOf(source)} lost trust`),
    onWriteFailure: (error) => log.push(error.message),
    onBackpressure: () => {},
  });
  const neighbour = (name: string): Neighbour => {
    const created = new Neighbour();
    names.set(created, name);
    return created;
  };
  const finishWrites = async (): Promise<void> => {
    for (const finish of writes.splice(0)) finish();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { receiver, log, neighbour, finishWrites };
}

const block = (value: number, length = BLOCK_BYTES): Uint8Array =>
  new Uint8Array(length).fill(value);

describe('a block', () => {
  test('is a range of bytes, of which the last is shorter', () => {
    expect(blockLayoutOf(SHAPE)).toMatchObject({ blocksPerPiece: 2, lastPieceBits: 800 });
    expect(rangeOf(SHAPE, 1 as BlockIndex)).toEqual({
      piece: 0,
      begin: BLOCK_BYTES,
      length: BLOCK_BYTES,
    });
    expect(rangeOf(SHAPE, 2 as BlockIndex)).toEqual({ piece: 1, begin: 0, length: 100 });
    expect([blockAt(SHAPE, 0, BLOCK_BYTES + 5), blockAt(SHAPE, 1, 99)]).toEqual([1, 2]);
  });

  test('may be shorter than 16 KiB because the pieces are', () => {
    const shape = { totalBytes: 250, pieceBytes: 100, pieceCount: 3 };
    expect(blockLayoutOf(shape)).toMatchObject({ blocksPerPiece: 1, pieceBits: 800 });
    expect(rangeOf(shape, 2 as BlockIndex)).toEqual({ piece: 2, begin: 0, length: 50 });
  });
});

describe('a piece', () => {
  test('takes its blocks in any order, each once', () => {
    const piece = new PartialPiece<string>(SHAPE, 0, new Uint8Array(SHAPE.pieceBytes));
    expect(piece.isEmpty).toBe(true);
    expect(piece.add(1, block(2), 'a')).toBe(true);
    expect(piece.add(1, block(3), 'b'), 'a block counts once').toBe(false);
    piece.add(0, block(1), 'c');
    expect([piece.bytes[0], piece.bytes[BLOCK_BYTES]]).toEqual([1, 2]);
    expect([...piece.sources]).toEqual(['c', 'a']);
    piece.remove(0);
    expect([piece.blocks, piece.isEmpty]).toEqual([[1], false]);
  });

  test('is reported when it is on the disk, and not before', async () => {
    const { receiver, log, neighbour, finishWrites } = newReceiver();
    receiver.addBlock(neighbour('a'), 1, 0, block(1, 100));
    receiver.complete(1);
    expect(log).toEqual([]);
    await finishWrites();
    expect(log).toEqual(['1 stored']);
  });

  test('is continued by another peer', async () => {
    const { receiver, log, neighbour, finishWrites } = newReceiver();
    receiver.addBlock(neighbour('a'), 0, 0, block(1));
    receiver.addBlock(neighbour('b'), 0, BLOCK_BYTES, block(1));
    receiver.complete(0);
    await finishWrites();
    expect([log, receiver.wastedBytes]).toEqual([['0 stored'], 0]);
  });

  test('that is being written takes no more blocks, but has them all', async () => {
    const { receiver, log, neighbour, finishWrites } = newReceiver();
    const a = neighbour('a');
    receiver.addBlock(a, 1, 0, block(1, 100));
    receiver.complete(1);
    expect(receiver.addBlock(a, 1, 0, block(1, 100))).toBe(false);
    expect(receiver.wastedBytes).toBe(100);
    await finishWrites();
    expect([log, receiver.partialPieces]).toEqual([['1 stored'], []]);
  });

  test('that fails its hash is discarded, and its only source loses trust', () => {
    const { receiver, log, neighbour } = newReceiver();
    const a = neighbour('a');
    receiver.addBlock(a, 0, 0, block(1));
    receiver.addBlock(a, 0, BLOCK_BYTES, block(9));
    receiver.complete(0);
    expect(log).toEqual(['0 failed, sent by a', 'a lost trust']);
    expect([receiver.wastedBytes, receiver.partialBytes]).toEqual([2 * BLOCK_BYTES, 0]);
    for (let i = 0; i < 3; i++) a.trust.recordFailure();
    expect(a.trust.isBad).toBe(true);
  });

  test('that several peers have sent costs only those trust whose blocks were wrong', async () => {
    const { receiver, log, neighbour, finishWrites } = newReceiver();
    const [good, bad] = [neighbour('good'), neighbour('bad')];
    receiver.addBlock(good, 0, 0, block(1));
    receiver.addBlock(bad, 0, BLOCK_BYTES, block(9));
    receiver.complete(0);
    expect(log.splice(0), 'nobody is to blame yet').toEqual(['0 failed, sent by good,bad']);
    receiver.addBlock(good, 0, 0, block(1));
    receiver.addBlock(good, 0, BLOCK_BYTES, block(1));
    receiver.complete(0);
    await finishWrites();
    expect(log).toEqual(['bad lost trust', '0 stored']);
    expect([good.trust.points, bad.trust.points]).toEqual([1, -2]);
  });

  test('loses the blocks of a peer in doubt, so that it spoils no more', () => {
    const { receiver, neighbour } = newReceiver();
    const [bad, good] = [neighbour('bad'), neighbour('good')];
    receiver.addBlock(bad, 0, 0, block(9));
    receiver.addBlock(good, 0, BLOCK_BYTES, block(1));
    expect(receiver.discardFrom(bad)).toEqual([{ piece: 0, block: 0 }]);
    expect(receiver.partialPieces).toEqual([0]);
    expect(receiver.partialBytes).toBe(BLOCK_BYTES);
    expect(receiver.discardPiece(0)).toEqual([{ piece: 0, block: 1 }]);
    expect([receiver.partialPieces, receiver.partialBytes]).toEqual([[], 0]);
  });

  test('gets memory that was used before, but never memory that is in use', async () => {
    const { receiver, log, neighbour, finishWrites } = newReceiver();
    const a = neighbour('a');
    for (let i = 0; i < 20; i++) {
      receiver.addBlock(a, 0, 0, block(1));
      receiver.addBlock(a, 1, 0, block(1, 100));
      receiver.complete(1);
      receiver.addBlock(a, 0, BLOCK_BYTES, block(1));
      receiver.complete(0);
      await finishWrites();
    }
    expect(log.filter((line) => line.includes('failed'))).toEqual([]);
    expect(log).toHaveLength(40);
  });
});

describe('outgoing requests', () => {
  /** A writer that accepts `room` requests, and records its messages. */
  const writer = (room: number) => {
    const written: string[] = [];
    return {
      written,
      mayRequest: () => room > 0,
      request: (piece: number, begin: number, length: number) => {
        room--;
        written.push(`${piece}:${begin}+${length}`);
      },
      cancel: (piece: number, begin: number) => written.push(`cancel ${piece}:${begin}`),
      cancelAll: (piece?: number) => written.push(`cancel ${piece ?? 'all'}`),
    };
  };

  test('are sent in order, as many as the other side accepts, and never twice', () => {
    const outgoing = new OutgoingRequests(SHAPE);
    outgoing.add(2 as BlockIndex, 1);
    outgoing.add(0 as BlockIndex, 2);
    const first = writer(2);
    outgoing.send(first as never);
    expect(first.written).toEqual(['1:0+100', `0:0+${BLOCK_BYTES}`]);
    const second = writer(5);
    outgoing.send(second as never);
    expect(second.written).toEqual([`0:${BLOCK_BYTES}+${BLOCK_BYTES}`]);
  });

  test('are cancelled on the wire only if they have been sent', () => {
    const outgoing = new OutgoingRequests(SHAPE);
    outgoing.add(0 as BlockIndex, 2);
    outgoing.send(writer(1) as never);
    const later = writer(5);
    outgoing.cancel(0 as BlockIndex, 2, later as never);
    outgoing.send(later as never);
    expect(later.written).toEqual(['cancel 0:0']);
  });

  test('for a piece, or all, are cancelled at once', () => {
    const outgoing = new OutgoingRequests(SHAPE);
    outgoing.add(0 as BlockIndex, 3);
    const wire = writer(5);
    outgoing.cancelPiece(0, wire as never);
    outgoing.send(wire as never);
    outgoing.cancelAll(wire as never);
    expect(wire.written).toEqual(['cancel 0', '1:0+100', 'cancel all']);
  });

  test('are dropped by a choke, except for allowed pieces', () => {
    const outgoing = new OutgoingRequests(SHAPE);
    outgoing.add(0 as BlockIndex, 3);
    const wire = { ...writer(5), mayRequestWhileChoked: (piece: number) => piece === 1 };
    outgoing.choke(wire as never);
    outgoing.send(wire as never);
    expect(wire.written).toEqual(['1:0+100']);
  });
});

describe('incoming requests', () => {
  const ofBlock = (piece: number, begin: number) => ({ piece, begin, length: BLOCK_BYTES });

  test('belong to the block in which they begin, in order, unless they are cancelled', () => {
    const incoming = new IncomingRequests();
    incoming.add(0, { begin: 0, length: 10 });
    incoming.add(0, { begin: 10, length: 10 });
    incoming.add(0, { begin: BLOCK_BYTES - 1, length: 2 });
    incoming.add(0, { begin: BLOCK_BYTES, length: 2 });
    incoming.add(1, { begin: 0, length: 5 });
    incoming.remove(0, { begin: 0, length: 10 });
    expect(incoming.first(ofBlock(0, 0))).toEqual({ begin: 10, length: 10 });
    incoming.remove(0, { begin: 10, length: 10 });
    expect(incoming.first(ofBlock(0, 0))).toEqual({ begin: BLOCK_BYTES - 1, length: 2 });
    expect(incoming.first(ofBlock(0, BLOCK_BYTES))).toEqual({ begin: BLOCK_BYTES, length: 2 });
    expect(incoming.firstOther(0)).toBe(1);
    expect(incoming.takeAll(1)).toHaveLength(1);
    expect([incoming.firstOther(0), incoming.of(1)]).toEqual([undefined, []]);
  });

  test('for some pieces are kept', () => {
    const incoming = new IncomingRequests();
    for (const piece of [0, 1, 2]) incoming.add(piece, { begin: 0, length: 5 });
    incoming.keep((piece) => piece > 0);
    expect([0, 1, 2].filter((piece) => incoming.of(piece).length > 0)).toEqual([1, 2]);
  });
});

describe('a token bucket', () => {
  test('fills at its rate, and holds a quarter of a second', () => {
    const bucket = new TokenBucket(1_000_000, 0);
    let sent = 0;
    for (let ms = 0; ms < 4_000; ms++) while (bucket.take(16_384, ms)) sent += 16_384;
    expect(sent).toBeGreaterThan(4_000_000);
    expect(sent).toBeLessThan(4_300_000);
    // After a pause it has no more than it holds.
    let burst = 0;
    while (bucket.take(16_384, 60_000)) burst += 16_384;
    expect(burst).toBeLessThan(250_000 + 16_384);
  });

  test('says how long it will be empty', () => {
    const bucket = new TokenBucket(50_000, 0);
    expect(bucket.waitMs).toBe(0);
    while (bucket.take(16_384, 0));
    const { waitMs } = bucket;
    expect(bucket.take(16_384, waitMs - 1)).toBe(false);
    expect(bucket.take(16_384, waitMs)).toBe(true);
  });

  test('may have no limit', () => {
    expect(new TokenBucket(Infinity, 0).take(1e12, 0)).toBe(true);
  });
});

describe('a rate estimate', () => {
  test('is the rate at once, and follows it within a few samples', () => {
    const rate = new RateEstimate(0);
    expect(rate.kbps).toBe(0);
    rate.sample(500, 500);
    expect(rate.kbps).toBe(8);
    let received = 500;
    for (let sample = 2; sample <= 10; sample++) rate.sample((received += 1_000), 500 * sample);
    expect(rate.kbps).toBeGreaterThan(15.9);
    expect(rate.kbps).toBeLessThanOrEqual(16);
    rate.sample(received, 500 * 10);
    expect(rate.kbps, 'no time has passed').toBeGreaterThan(15.9);
  });
});
