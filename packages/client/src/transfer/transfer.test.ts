/** Blocks and pieces: how one becomes the other, in both directions. */

import { PieceTrust } from '@cachetorrent/protocol/wire';
import { describe, expect, test } from 'vitest';

import { Allowance } from './allowance.ts';
import { Deliveries } from './deliveries.ts';
import { Fetches } from './fetches.ts';
import { Pace } from './pace.ts';
import { BLOCK_BYTES, PartialPiece } from './partial-piece.ts';
import { PieceCache } from './piece-cache.ts';
import { Receiver, type Source } from './receiver.ts';

const SHAPE = { totalBytes: 2 * BLOCK_BYTES + 100, pieceBytes: 2 * BLOCK_BYTES, pieceCount: 2 };

class Neighbour implements Source {
  readonly fetches: Fetches<this> = new Fetches();
  readonly trust = new PieceTrust();
}

/** A receiver that finds pieces good which consist of `good`, and writes when told to. */
function newReceiver(good = 1) {
  const log: string[] = [];
  const written: (() => void)[] = [];
  const names = new Map<Neighbour, string>();
  const nameOf = (from: Neighbour | undefined): string => (from === undefined ? 'nobody' : names.get(from)!);
  const receiver = new Receiver<Neighbour>({
    shape: SHAPE,
    isPiece: (_, bytes) => bytes.every((byte) => byte === good),
    write: () => new Promise((resolve) => written.push(resolve)),
    onStored: (piece, from) => log.push(`${piece} stored, asked of ${nameOf(from)}`),
    onBroken: (piece, from, sources) => log.push(`${piece} broken, asked of ${nameOf(from)}, from ${[...sources].map(nameOf).join()}`),
    onFailure: (error) => log.push(error.message),
    onPressure: () => {},
  });
  const neighbour = (name: string): Neighbour => {
    const made = new Neighbour();
    names.set(made, name);
    return made;
  };
  const write = async (): Promise<void> => {
    for (const done of written.splice(0)) done();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { receiver, log, neighbour, write };
}

const block = (value: number, length = BLOCK_BYTES): Uint8Array => new Uint8Array(length).fill(value);

describe('a piece', () => {
  test('is complete when all its blocks have come, in any order, the last one short', () => {
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

  test('is told of when it is on the disk, and not before', async () => {
    const { receiver, log, neighbour, write } = newReceiver();
    const a = neighbour('a');
    receiver.request(a, 1);
    receiver.block(a, 1, 0, block(1, 100));
    expect(log).toEqual([]);
    expect(a.fetches.has(1)).toBe(false);
    await write();
    expect(log).toEqual(['1 stored, asked of a']);
  });

  test('that fails its hash is thrown away, and who gave of it is noted', () => {
    const { receiver, log, neighbour } = newReceiver();
    const [a, b] = [neighbour('a'), neighbour('b')];
    receiver.request(a, 0);
    receiver.block(a, 0, 0, block(1));
    receiver.lose(a);
    receiver.request(b, 0);
    receiver.block(b, 0, BLOCK_BYTES, block(9));
    expect(log).toEqual(['0 broken, asked of b, from a,b']);
    expect(receiver.wastedBytes).toBe(2 * BLOCK_BYTES);
    for (let i = 0; i < 3; i++) a.trust.recordFailure();
    expect(a.trust.isBad).toBe(true);
  });

  test('that was lost half way goes on with another, where it stopped', async () => {
    const { receiver, log, neighbour, write } = newReceiver();
    const [a, b] = [neighbour('a'), neighbour('b')];
    receiver.request(a, 0);
    receiver.block(a, 0, 0, block(1));
    receiver.lose(a);
    expect(a.fetches.isEmpty).toBe(true);
    receiver.request(b, 0);
    receiver.block(b, 0, BLOCK_BYTES, block(1));
    await write();
    expect(log).toEqual(['0 stored, asked of b']);
    expect(receiver.wastedBytes).toBe(0);
  });

  test('that is asked of another while it is written is not fetched again', async () => {
    const { receiver, log, neighbour, write } = newReceiver();
    const [a, b] = [neighbour('a'), neighbour('b')];
    receiver.request(a, 1);
    receiver.block(a, 1, 0, block(1, 100));
    receiver.lose(a);
    receiver.request(b, 1);
    expect(b.fetches.isEmpty).toBe(true);
    await write();
    expect(log).toEqual(['1 stored, asked of b']);
  });

  test('that nobody is asked for any more is stored all the same', async () => {
    const { receiver, log, neighbour, write } = newReceiver();
    const a = neighbour('a');
    receiver.request(a, 0);
    receiver.block(a, 0, 0, block(1));
    receiver.lose(a);
    receiver.block(a, 0, BLOCK_BYTES, block(1));
    await write();
    expect(log).toEqual(['0 stored, asked of nobody']);
  });

  test('memory of pieces is used again, and never while somebody needs it', async () => {
    const { receiver, log, neighbour, write } = newReceiver();
    const a = neighbour('a');
    for (let i = 0; i < 20; i++) {
      receiver.request(a, 0);
      receiver.block(a, 0, 0, block(1));
      receiver.request(a, 1);
      receiver.block(a, 1, 0, block(1, 100));
      receiver.block(a, 0, BLOCK_BYTES, block(1));
      await write();
    }
    expect(log.filter((line) => line.includes('broken'))).toEqual([]);
    expect(log).toHaveLength(40);
  });
});

describe('fetches', () => {
  /** Says yes to `room` requests, and notes them. */
  const speaker = (room: number) => {
    const said: string[] = [];
    return {
      said,
      get freeRequestSlots() { return room; },
      mayRequest: () => room > 0,
      request: (piece: number, begin: number, length: number) => { room--; said.push(`${piece}:${begin}+${length}`); },
      cancel: (piece: number, begin: number) => said.push(`cancel ${piece}:${begin}`),
    };
  };

  test('ask for blocks in order, as many as may wait, and never for one twice', () => {
    const fetches = new Fetches();
    fetches.add(new PartialPiece(SHAPE, 1, new Uint8Array(SHAPE.pieceBytes)));
    fetches.add(new PartialPiece(SHAPE, 0, new Uint8Array(SHAPE.pieceBytes)));
    const first = speaker(2);
    fetches.ask(first as never);
    expect(first.said).toEqual(['1:0+100', `0:0+${BLOCK_BYTES}`]);
    const second = speaker(5);
    fetches.ask(second as never);
    expect(second.said).toEqual([`0:${BLOCK_BYTES}+${BLOCK_BYTES}`]);
  });

  test('cancel what has not come', () => {
    const fetches = new Fetches<string>();
    const partial = new PartialPiece<string>(SHAPE, 0, new Uint8Array(SHAPE.pieceBytes));
    fetches.add(partial);
    fetches.ask(speaker(5) as never);
    partial.add(0, block(1), 'a');
    const late = speaker(5);
    fetches.cancel(0, late as never);
    expect(late.said).toEqual([`cancel 0:${BLOCK_BYTES}`]);
    expect(fetches.isEmpty).toBe(true);
  });
});

describe('deliveries', () => {
  test('go out piece by piece, and what is cancelled does not', () => {
    const deliveries = new Deliveries();
    deliveries.add(0, { begin: 0, length: 10 });
    deliveries.add(0, { begin: 10, length: 10 });
    deliveries.add(1, { begin: 0, length: 5 });
    deliveries.cancel(0, { begin: 0, length: 10 });
    expect(deliveries.first(0)).toEqual({ begin: 10, length: 10 });
    deliveries.shift(0);
    expect([deliveries.isWaiting(0), deliveries.sentBytes(0), deliveries.waitingBeside(0)]).toEqual([false, 10, 1]);
    deliveries.finish(0);
    expect(deliveries.sentBytes(0)).toBe(0);
    expect(deliveries.takeAll(1)).toHaveLength(1);
    expect(deliveries.waitingBeside(0)).toBeUndefined();
  });
});

describe('an allowance', () => {
  test('is so many bytes per second, and no more than a quarter of a second saved up', () => {
    const allowance = new Allowance(1_000_000, 0);
    let sent = 0;
    for (let ms = 0; ms < 4_000; ms++) while (allowance.take(16_384, ms)) sent += 16_384;
    expect(sent).toBeGreaterThan(4_000_000);
    expect(sent).toBeLessThan(4_300_000);
    // After a pause only a quarter of a second's worth is there.
    let burst = 0;
    while (allowance.take(16_384, 60_000)) burst += 16_384;
    expect(burst).toBeLessThan(250_000 + 16_384);
  });

  test('may be without end', () => {
    expect(new Allowance(Infinity, 0).take(1e12, 0)).toBe(true);
  });
});

describe('a cache of pieces', () => {
  const MIB = 2 ** 20;
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  test('reads a piece once, keeps it, and says when it is there', async () => {
    const read: number[] = [];
    const told: string[] = [];
    const cache = new PieceCache({
      pieceBytes: 10,
      read: (piece, room) => { read.push(piece); return Promise.resolve(piece === 7 ? undefined : room); },
      onRead: (piece, isThere) => told.push(`${piece} ${isThere}`),
    });
    expect([cache.get(1), cache.get(1), cache.get(7)]).toEqual([undefined, undefined, undefined]);
    await settled();
    expect(cache.get(1)).toHaveLength(10);
    expect(read).toEqual([1, 7]);
    expect(told).toEqual(['1 true', '7 false']);
  });

  test('uses memory again when all that was lent of it has gone, and not before', async () => {
    const rooms: ArrayBufferLike[] = [];
    const cache = new PieceCache({
      pieceBytes: 8 * MIB,
      read: (_, room) => { rooms.push(room.buffer); return Promise.resolve(room); },
      onRead: () => {},
    });
    const borrower = { takenBytes: 100, goneBytes: 50 };
    const read = async (piece: number): Promise<void> => { cache.get(piece); await settled(); };
    await read(1);
    cache.lend(1, borrower);
    await read(2);
    await read(3); // 1 goes, but some of it is still to be sent.
    await read(4); // 2 goes.
    expect(new Set(rooms).size).toBe(4);
    await read(5);
    expect(rooms[4]).toBe(rooms[1]);
    expect(cache.get(1), 'the oldest have gone').toBeUndefined();

    borrower.goneBytes = 100;
    await read(6);
    expect(new Set(rooms).size, 'nothing new is needed').toBe(5);
  });
});

describe('a pace', () => {
  const KIB = 2 ** 10;

  test('begins small, and asks for what comes in two seconds', () => {
    const pace = new Pace(0);
    expect(pace.backlog(64 * KIB)).toBe(4);
    for (let look = 1; look <= 20; look++) pace.look(look * 500 * KIB, 500 * look);
    expect(pace.backlog(64 * KIB)).toBe(32);
  });

  test('keeps two pieces asked for, however large, and no more than 4 MiB, however fast', () => {
    const pace = new Pace(0);
    expect(pace.backlog(2 ** 24)).toBe(2);
    for (let look = 1; look <= 20; look++) pace.look(look * 2 ** 30, 500 * look);
    expect(pace.backlog(64 * KIB)).toBe(64);
  });

  test('where the answer takes half a second, it grows until that is no limit', () => {
    const pace = new Pace(0);
    let received = 0;
    for (let look = 1; look <= 12; look++) {
      received += pace.backlog(16 * KIB) * 16 * KIB;
      pace.look(received, 500 * look);
    }
    expect(pace.backlog(16 * KIB)).toBe(256);
  });
});
