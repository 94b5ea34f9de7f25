import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import type { Connection, PeerId, PieceIndex } from '../ids.ts';
import { PiecePicker } from '../peer/piece-picker.ts';
import { AM_INTERESTED, MAY_DOWNLOAD } from './connection-flags.ts';
import { ConnectionTable } from './connections.ts';
import { PeerTables } from './peer-tables.ts';

const PIECES = 70;

/** A peer with a row, and what a plain model knows of it. */
class ModelledPeer {
  readonly picker: PiecePicker;
  readonly connections: ConnectionTable;
  readonly stored = new Set<number>();
  /** For each open connection, what its other side has announced. */
  readonly announced = new Map<Connection, Set<number>>();
  readonly #tables: PeerTables;
  readonly row: number;

  constructor(tables: PeerTables, row: number) {
    this.#tables = tables;
    this.row = row;
    tables.growRows(row + 1);
    this.connections = new ConnectionTable({ tables, row }, 2);
    this.picker = new PiecePicker(PIECES, seededRandom('unused'), undefined, { tables, row });
  }

  open(): void {
    const connection = this.connections.open(7 as PeerId, MAY_DOWNLOAD | AM_INTERESTED);
    expect(this.announced.has(connection), 'the number of an open connection').toBe(false);
    this.announced.set(connection, new Set());
  }

  have(connection: Connection, piece: number): void {
    this.#tables.have(this.row, connection, piece as PieceIndex);
    if (!this.stored.has(piece)) this.announced.get(connection)!.add(piece);
  }

  haveAll(connection: Connection, pieces: readonly number[]): void {
    const words = new Uint32Array(3);
    for (const piece of pieces) words[piece >>> 5]! |= 1 << (piece & 31);
    this.#tables.markAllAnnounced(this.row, connection, words);
    const lacked = pieces.filter((piece) => !this.stored.has(piece));
    for (const piece of lacked) this.announced.get(connection)!.add(piece);
  }

  store(piece: number): void {
    this.picker.store(piece as PieceIndex);
    this.stored.add(piece);
  }

  close(connection: Connection): void {
    this.picker.removeAllHolders(connection);
    this.connections.close(connection);
    this.connections.releaseNumber(connection);
    this.announced.delete(connection);
  }

  leave(): void {
    this.#tables.closeRow(this.row);
  }

  /** The tables say what the model says. */
  compare(at: string): void {
    const holders = Array.from({ length: PIECES }, () => 0);
    for (const pieces of this.announced.values()) for (const piece of pieces) holders[piece]!++;
    expect(availabilityOf(this.#tables, this.row), at).toEqual(holders);
    const stored = numbers(PIECES).filter((piece) =>
      this.#tables.isStored(this.row, piece as PieceIndex),
    );
    const lacked = numbers(PIECES).filter((piece) => this.picker.isLacked(piece as PieceIndex));
    expect(stored, at).toEqual([...this.stored].sort((a, b) => a - b));
    expect(stored.length + lacked.length, at).toBe(PIECES);
    for (const [connection, pieces] of this.announced) {
      const known = numbers(PIECES).filter((piece) =>
        this.connections.hasPiece(connection, piece as PieceIndex),
      );
      expect(known, at).toEqual([...pieces].sort((a, b) => a - b));
    }
  }
}

function availabilityOf({ availability, counterBits, pieceWords }: PeerTables, row: number) {
  return Array.from({ length: PIECES }, (_, piece) => {
    const first = (row * pieceWords + (piece >>> 5)) * counterBits;
    const bits = [...availability.subarray(first, first + counterBits)];
    return bits.reduce((sum, word, bit) => sum + (((word >>> (piece & 31)) & 1) << bit), 0);
  });
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

test.each(numbers(8))('peers that come and go have what a plain model says, seed %i', (seed) => {
  const random = seededRandom('peer tables', seed);
  const tables = new PeerTables(PIECES, 0, 2);
  const peers: ModelledPeer[] = [];
  const unused: number[] = [];
  let rows = 0;
  for (let step = 0; step < 1_000; step++) {
    const action = random.below(40);
    const place = random.below(peers.length + 1);
    const peer = peers[place];
    const open = [...(peer?.announced.keys() ?? [])];
    const connection = open[random.below(open.length + 1)];
    const piece = random.below(PIECES);
    if (peer === undefined) {
      if (peers.length < 6) peers.push(new ModelledPeer(tables, unused.pop() ?? rows++));
    } else if (action === 0) {
      peer.leave();
      unused.push(peer.row);
      peers.splice(place, 1);
      continue;
    } else if (action < 6) peer.open();
    else if (action < 8) peer.store(piece);
    else if (connection === undefined) continue;
    else if (action < 11) peer.close(connection);
    else if (action < 15) {
      peer.haveAll(
        connection,
        numbers(PIECES).filter(() => random.below(4) > 0),
      );
    } else peer.have(connection, piece);
    peer?.compare(`seed ${seed}, step ${step}`);
  }
  for (const peer of peers) peer.compare(`seed ${seed}, at the end`);
  for (const peer of peers) peer.leave();
  const { flags, downloadState, remote, announced, availability, requestable, lacked } = tables;
  const columns = { flags, downloadState, remote, announced, availability, requestable, lacked };
  for (const [name, column] of Object.entries(columns)) {
    expect(
      (column as Uint8Array).every((value) => value === 0),
      name,
    ).toBe(true);
  }
  // Rows and connections are used again.
  expect(rows).toBeLessThanOrEqual(6);
  expect(flags.length).toBeLessThan(400);
});

test('counters become longer in the middle of a word of pieces', () => {
  const tables = new PeerTables(PIECES, 2, 2);
  const peer = new ModelledPeer(tables, 1);
  for (let n = 0; n < 300; n++) {
    peer.open();
    peer.haveAll(n as Connection, n % 3 === 0 ? [1, 40] : [1, 2, 69]);
  }
  peer.compare('with 300 neighbours');
  for (let n = 0; n < 299; n++) peer.close(n as Connection);
  peer.compare('with one neighbour');
});

describe('a neighbour that leaves is subtracted by words, not piece by piece', () => {
  test.each([64, 640, 6_400])('of %i pieces', (pieces) => {
    const tables = new PeerTables(pieces, 1, 2);
    const connections = new ConnectionTable({ tables, row: 0 }, 2);
    const picker = new PiecePicker(pieces, seededRandom('unused'), undefined, { tables, row: 0 });
    for (let n = 0; n < 2; n++) {
      const connection = connections.open(n as PeerId, MAY_DOWNLOAD);
      tables.markAllAnnounced(0, connection, new Uint32Array(pieces / 32).fill(0xffff_ffff));
    }
    let accesses = 0;
    const counted = (words: Uint32Array): Uint32Array =>
      new Proxy(words, {
        get: (target, name) => {
          accesses++;
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
        set: (target, name, value) => {
          accesses++;
          return Reflect.set(target, name, value, target);
        },
      });
    tables.announced = counted(tables.announced);
    tables.availability = counted(tables.availability);
    picker.removeAllHolders(0 as Connection);
    connections.close(0 as Connection);
    // A word of what was announced, and two words of counters, read and written, for 32 pieces.
    expect(accesses).toBeLessThanOrEqual(5 * (pieces / 32) + 1);
    expect(tables.hasAnnounced(0, 1 as Connection, 5 as PieceIndex)).toBe(true);
  });
});
