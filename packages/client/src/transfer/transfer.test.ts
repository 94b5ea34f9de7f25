/** Blocks and pieces in both directions: assembly, requests, upload limit and rate. */

import { PieceTrust } from '@cachetorrent/protocol/wire';
import { describe, expect, test } from 'vitest';

import { IncomingRequests } from './incoming-requests.ts';
import { OutgoingRequests } from './outgoing-requests.ts';
import { BLOCK_BYTES, PartialPiece } from './partial-piece.ts';
import { RateEstimate } from './rate-estimate.ts';
import { type BlockSource, Receiver } from './receiver.ts';
import { TokenBucket } from './token-bucket.ts';

const SHAPE = { totalBytes: 2 * BLOCK_BYTES + 100, pieceBytes: 2 * BLOCK_BYTES, pieceCount: 2 };

class Neighbour implements BlockSource {
  readonly outgoing: OutgoingRequests<this> = new OutgoingRequests();
  readonly trust = new PieceTrust();
}

/** A receiver that accepts pieces of bytes with value 1, and completes writes in `finishWrites`. */
function newReceiver() {
  const log: string[] = [];
  const writes: (() => void)[] = [];
  const names = new Map<Neighbour, string>();
  const nameOf = (source: Neighbour | undefined): string =>
    source === undefined ? 'nobody' : names.get(source)!;
  const receiver = new Receiver<Neighbour>({
    layout: SHAPE,
    hasValidHash: (_, bytes) => bytes.every((byte) => byte === 1),
    write: () => new Promise((resolve) => writes.push(resolve)),
    onStored: (piece, source) => log.push(`${piece} stored, requested from ${nameOf(source)}`),
    onHashFailure: (piece, source, sources) =>
      log.push(
        `${piece} failed, requested from ${nameOf(source)}, sent by ${[...sources].map(nameOf).join()}`,
      ),
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

describe('a piece', () => {
  test('is complete when all its blocks are there, in any order, the last one short', () => {
    const partial = new PartialPiece(SHAPE, 1, new Uint8Array(SHAPE.pieceBytes));
    expect([partial.blockCount, partial.lengthOf(0)]).toEqual([1, 100]);
    const whole = new PartialPiece<string>(SHAPE, 0, new Uint8Array(SHAPE.pieceBytes));
    expect(whole.add(1, block(2), 'a')).toBe(true);
    expect(whole.add(1, block(3), 'b'), 'a block counts once').toBe(false);
    expect(whole.isComplete).toBe(false);
    whole.add(0, block(1), 'c');
    expect(whole.isComplete).toBe(true);
    expect([whole.bytes[0], whole.bytes[BLOCK_BYTES]]).toEqual([1, 2]);
    expect([...whole.sources]).toEqual(['a', 'c']);
  });

  test('is reported when it is on the disk, and not before', async () => {
    const { receiver, log, neighbour, finishWrites } = newReceiver();
    const a = neighbour('a');
    receiver.request(a, 1);
    receiver.addBlock(a, 1, 0, block(1, 100));
    expect(log).toEqual([]);
    expect(a.outgoing.has(1)).toBe(false);
    await finishWrites();
    expect(log).toEqual(['1 stored, requested from a']);
  });

  test('that fails its hash is discarded, and all its sources lose trust', () => {
    const { receiver, log, neighbour } = newReceiver();
    const [a, b] = [neighbour('a'), neighbour('b')];
    receiver.request(a, 0);
    receiver.addBlock(a, 0, 0, block(1));
    receiver.dropAll(a);
    receiver.request(b, 0);
    receiver.addBlock(b, 0, BLOCK_BYTES, block(9));
    expect(log).toEqual(['0 failed, requested from b, sent by a,b']);
    expect(receiver.wastedBytes).toBe(2 * BLOCK_BYTES);
    for (let i = 0; i < 3; i++) a.trust.recordFailure();
    expect(a.trust.isBad).toBe(true);
  });

  test('that a peer leaves incomplete is continued by another', async () => {
    const { receiver, log, neighbour, finishWrites } = newReceiver();
    const [a, b] = [neighbour('a'), neighbour('b')];
    receiver.request(a, 0);
    receiver.addBlock(a, 0, 0, block(1));
    receiver.dropAll(a);
    expect(a.outgoing.isEmpty).toBe(true);
    receiver.request(b, 0);
    receiver.addBlock(b, 0, BLOCK_BYTES, block(1));
    await finishWrites();
    expect(log).toEqual(['0 stored, requested from b']);
    expect(receiver.wastedBytes).toBe(0);
  });

  test('that a peer in doubt leaves incomplete is begun anew, so that it spoils no more', () => {
    const { receiver, log, neighbour } = newReceiver();
    const [bad, good] = [neighbour('bad'), neighbour('good')];
    bad.trust.recordFailure();
    receiver.request(bad, 0);
    receiver.addBlock(bad, 0, 0, block(9));
    receiver.dropAll(bad);
    receiver.request(good, 0);
    receiver.addBlock(good, 0, 0, block(1));
    receiver.addBlock(good, 0, BLOCK_BYTES, block(1));
    expect([log, receiver.wastedBytes]).toEqual([[], 0]);
  });

  test('that is requested again while it is written is not downloaded again', async () => {
    const { receiver, log, neighbour, finishWrites } = newReceiver();
    const [a, b] = [neighbour('a'), neighbour('b')];
    receiver.request(a, 1);
    receiver.addBlock(a, 1, 0, block(1, 100));
    receiver.dropAll(a);
    receiver.request(b, 1);
    expect(b.outgoing.isEmpty).toBe(true);
    await finishWrites();
    expect(log).toEqual(['1 stored, requested from b']);
  });

  test('that is not requested any more is stored nevertheless', async () => {
    const { receiver, log, neighbour, finishWrites } = newReceiver();
    const a = neighbour('a');
    receiver.request(a, 0);
    receiver.addBlock(a, 0, 0, block(1));
    receiver.dropAll(a);
    receiver.addBlock(a, 0, BLOCK_BYTES, block(1));
    await finishWrites();
    expect(log).toEqual(['0 stored, requested from nobody']);
  });

  test('gets memory that was used before, but never memory that is in use', async () => {
    const { receiver, log, neighbour, finishWrites } = newReceiver();
    const a = neighbour('a');
    for (let i = 0; i < 20; i++) {
      receiver.request(a, 0);
      receiver.addBlock(a, 0, 0, block(1));
      receiver.request(a, 1);
      receiver.addBlock(a, 1, 0, block(1, 100));
      receiver.addBlock(a, 0, BLOCK_BYTES, block(1));
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
      get freeRequestSlots() {
        return room;
      },
      mayRequest: () => room > 0,
      request: (piece: number, begin: number, length: number) => {
        room--;
        written.push(`${piece}:${begin}+${length}`);
      },
      cancel: (piece: number, begin: number) => written.push(`cancel ${piece}:${begin}`),
    };
  };

  test('are sent in order, as many as the other side accepts, and never twice', () => {
    const outgoing = new OutgoingRequests();
    outgoing.add(new PartialPiece(SHAPE, 1, new Uint8Array(SHAPE.pieceBytes)));
    outgoing.add(new PartialPiece(SHAPE, 0, new Uint8Array(SHAPE.pieceBytes)));
    const first = writer(2);
    outgoing.send(first as never);
    expect(first.written).toEqual(['1:0+100', `0:0+${BLOCK_BYTES}`]);
    const second = writer(5);
    outgoing.send(second as never);
    expect(second.written).toEqual([`0:${BLOCK_BYTES}+${BLOCK_BYTES}`]);
  });

  test('are cancelled unless they have been answered', () => {
    const outgoing = new OutgoingRequests<string>();
    const partial = new PartialPiece<string>(SHAPE, 0, new Uint8Array(SHAPE.pieceBytes));
    outgoing.add(partial);
    outgoing.send(writer(5) as never);
    partial.add(0, block(1), 'a');
    const later = writer(5);
    outgoing.cancel(0, later as never);
    expect(later.written).toEqual([`cancel 0:${BLOCK_BYTES}`]);
    expect(outgoing.isEmpty).toBe(true);
  });
});

describe('incoming requests', () => {
  test('are answered piece by piece, unless they are cancelled', () => {
    const incoming = new IncomingRequests();
    incoming.add(0, { begin: 0, length: 10 });
    incoming.add(0, { begin: 10, length: 10 });
    incoming.add(1, { begin: 0, length: 5 });
    incoming.cancel(0, { begin: 0, length: 10 });
    expect(incoming.first(0)).toEqual({ begin: 10, length: 10 });
    incoming.shift(0);
    expect([incoming.has(0), incoming.sentBytes(0), incoming.firstOther(0)]).toEqual([
      false,
      10,
      1,
    ]);
    incoming.finish(0);
    expect(incoming.sentBytes(0)).toBe(0);
    expect(incoming.takeAll(1)).toHaveLength(1);
    expect(incoming.firstOther(0)).toBeUndefined();
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

  test('may have no limit', () => {
    expect(new TokenBucket(Infinity, 0).take(1e12, 0)).toBe(true);
  });
});

describe('a rate estimate', () => {
  const KIB = 2 ** 10;

  test('starts with a small backlog, and then keeps two seconds of data requested', () => {
    const rate = new RateEstimate(0);
    expect(rate.backlog(64 * KIB)).toBe(4);
    for (let sample = 1; sample <= 20; sample++) rate.sample(sample * 500 * KIB, 500 * sample);
    expect(rate.backlog(64 * KIB)).toBe(32);
  });

  test('keeps at least two pieces requested, and at most 4 MiB', () => {
    const rate = new RateEstimate(0);
    expect(rate.backlog(2 ** 24)).toBe(2);
    for (let sample = 1; sample <= 20; sample++) rate.sample(sample * 2 ** 30, 500 * sample);
    expect(rate.backlog(64 * KIB)).toBe(64);
  });

  test('increases the backlog while that limits the rate, as with answers after half a second', () => {
    const rate = new RateEstimate(0);
    let received = 0;
    for (let sample = 1; sample <= 12; sample++) {
      received += rate.backlog(16 * KIB) * 16 * KIB;
      rate.sample(received, 500 * sample);
    }
    expect(rate.backlog(16 * KIB)).toBe(256);
  });
});
