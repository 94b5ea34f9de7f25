/**
 * The messages as bytes, framed as BEP 3 has it: the length of what follows, an id, numbers.
 *
 *     choke   00000001 00
 *     have    00000005 04 00000102
 *
 * This is the dialect that the simulator speaks: pieces are asked for whole (a `request` has no
 * offset) and a `piece` carries its size instead of its content. Ids below 20 are BitTorrent's;
 * those from 32 on are what CacheTorrent and bootstrapping add. `wire/` has the dialect of real
 * clients.
 *
 * `Encoder` hears what a node says and writes it down; `decode` reads it out to another node.
 * Neither allocates, but for the two messages that carry lists.
 */

import type { Connection, PeerId, PieceIndex, AsId } from '../ids.ts';
import { MESSAGE_KINDS, type MessageKind, type Messages } from './messages.ts';

/** What was sent is not a message: the sender's mistake. Close the connection. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** The id of each kind on the wire. */
export const MESSAGE_ID: Readonly<Record<MessageKind, number>> = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  request: 6,
  piece: 7,
  leaderStart: 32,
  trackerReq: 33,
  trackerRes: 34,
  join: 35,
  neighbours: 36,
  seedReq: 37,
  seedRes: 38,
  connReq: 39,
  candidate: 40,
  leaders: 41,
};

/** The numbers, of four bytes each, that a kind carries; LIST where that varies. */
const LIST = -1;
const FIELDS: Record<MessageKind, number> = {
  choke: 0,
  unchoke: 0,
  interested: 0,
  notInterested: 0,
  have: 1,
  request: 1,
  piece: 3,
  leaderStart: 1,
  trackerReq: 1,
  trackerRes: 1,
  join: 2,
  neighbours: LIST,
  seedReq: 1,
  seedRes: 1,
  connReq: 3,
  candidate: 3,
  leaders: LIST,
};

/** For each id, the numbers it carries; NO_MESSAGE where there is no such id. */
const NO_MESSAGE = -2;
const FIELDS_OF_ID = new Int8Array(256).fill(NO_MESSAGE);
for (const kind of MESSAGE_KINDS) FIELDS_OF_ID[MESSAGE_ID[kind]] = FIELDS[kind];

/** The most bytes that a message without a list takes. */
export const FIXED_BYTES_MAX: number = 5 + 4 * 3;

/** The bytes of a list message with so many numbers. */
export function listBytes(numbers: number): number {
  return 5 + 4 * numbers;
}

/** Writes down what it hears, one message after another. */
export class Encoder implements Messages {
  #view: DataView;
  /** Where the next message goes: an offset into the view, in bytes. */
  offset = 0;
  /** The size that `piece` states, in bits. */
  readonly #pieceBits: number;

  constructor(view: DataView, pieceBits: number) {
    this.#view = view;
    this.#pieceBits = pieceBits;
  }

  /** Goes on writing at `offset` of `view`, which must have room for what comes. */
  moveTo(view: DataView, offset: number): void {
    this.#view = view;
    this.offset = offset;
  }

  choke(): void {
    this.#plain(MESSAGE_ID.choke);
  }
  unchoke(): void {
    this.#plain(MESSAGE_ID.unchoke);
  }
  interested(): void {
    this.#plain(MESSAGE_ID.interested);
  }
  notInterested(): void {
    this.#plain(MESSAGE_ID.notInterested);
  }
  have(_: Connection, piece: PieceIndex): void {
    this.#one(MESSAGE_ID.have, piece);
  }
  request(_: Connection, piece: PieceIndex): void {
    this.#one(MESSAGE_ID.request, piece);
  }
  piece(_: Connection, piece: PieceIndex): void {
    this.#three(MESSAGE_ID.piece, piece, 0, this.#pieceBits);
  }
  leaderStart(_: Connection, target: PeerId): void {
    this.#one(MESSAGE_ID.leaderStart, target);
  }

  trackerReq(from: PeerId): void {
    this.#one(MESSAGE_ID.trackerReq, from);
  }
  trackerRes(tracker: PeerId): void {
    this.#one(MESSAGE_ID.trackerRes, tracker);
  }
  join(id: PeerId, system: AsId): void {
    this.#two(MESSAGE_ID.join, id, system);
  }
  neighbours(ids: Uint32Array, systems: Uint32Array): void {
    this.#list(MESSAGE_ID.neighbours, ids, systems);
  }
  seedReq(from: PeerId): void {
    this.#one(MESSAGE_ID.seedReq, from);
  }
  seedRes(pieces: number): void {
    this.#one(MESSAGE_ID.seedRes, pieces);
  }
  connReq(from: PeerId, link: Connection, uploadOnly: boolean): void {
    this.#three(MESSAGE_ID.connReq, from, link, uploadOnly ? 1 : 0);
  }
  candidate(id: PeerId, uploadKbps: number, downloadKbps: number): void {
    this.#three(MESSAGE_ID.candidate, id, uploadKbps, downloadKbps);
  }
  leaders(ids: Uint32Array): void {
    this.#list(MESSAGE_ID.leaders, ids, EMPTY);
  }

  #plain(id: number): void {
    this.#frame(id, 0);
  }

  #one(id: number, a: number): void {
    this.#frame(id, 1);
    this.#number(a);
  }

  #two(id: number, a: number, b: number): void {
    this.#frame(id, 2);
    this.#number(a);
    this.#number(b);
  }

  #three(id: number, a: number, b: number, c: number): void {
    this.#frame(id, 3);
    this.#number(a);
    this.#number(b);
    this.#number(c);
  }

  #list(id: number, first: Uint32Array, second: Uint32Array): void {
    this.#frame(id, first.length + second.length);
    for (const number of first) this.#number(number);
    for (const number of second) this.#number(number);
  }

  #frame(id: number, numbers: number): void {
    this.#view.setUint32(this.offset, 1 + 4 * numbers);
    this.#view.setUint8(this.offset + 4, id);
    this.offset += 5;
  }

  #number(number: number): void {
    this.#view.setUint32(this.offset, number);
    this.offset += 4;
  }
}

/**
 * Reads the message at `offset` out to `hearer`, and returns the offset of what follows it.
 *
 * Reads nothing at or beyond `end`. Throws MalformedMessage where the bytes are no message, or
 * not the whole of one.
 */
export function decode(
  view: DataView,
  offset: number,
  end: number,
  on: Connection,
  hearer: Messages,
): number {
  if (end - offset < 5) throw new MalformedMessage(`${end - offset} bytes are no message`);
  const length = view.getUint32(offset);
  const id = view.getUint8(offset + 4);
  const next = offset + 4 + length;
  if (next > end) throw new MalformedMessage(`${length} bytes are announced, not all are there`);
  const fields = FIELDS_OF_ID[id]!;
  if (fields === NO_MESSAGE) throw new MalformedMessage(`no message has the id ${id}`);
  if (fields === LIST) checkList(id, length);
  else if (length !== 1 + 4 * fields) {
    throw new MalformedMessage(`message ${id} has ${1 + 4 * fields} bytes, not ${length}`);
  }
  readOut(view, offset + 5, id, (length - 1) / 4, on, hearer);
  return next;
}

const EMPTY = new Uint32Array(0);

function checkList(id: number, length: number): void {
  const unit = id === MESSAGE_ID.neighbours ? 8 : 4;
  if (length < 1 || (length - 1) % unit !== 0) {
    throw new MalformedMessage(
      `message ${id} is a list of ${unit} bytes each, not of ${length - 1}`,
    );
  }
}

function readOut(
  view: DataView,
  at: number,
  id: number,
  numbers: number,
  on: Connection,
  hearer: Messages,
): void {
  const a = numbers > 0 ? view.getUint32(at) : 0;
  switch (id) {
    case MESSAGE_ID.have:
      return hearer.have(on, a as PieceIndex);
    case MESSAGE_ID.choke:
      return hearer.choke(on);
    case MESSAGE_ID.unchoke:
      return hearer.unchoke(on);
    case MESSAGE_ID.interested:
      return hearer.interested(on);
    case MESSAGE_ID.notInterested:
      return hearer.notInterested(on);
    case MESSAGE_ID.request:
      return hearer.request(on, a as PieceIndex);
    case MESSAGE_ID.piece:
      return hearer.piece(on, a as PieceIndex);
    case MESSAGE_ID.leaderStart:
      return hearer.leaderStart(on, a as PeerId);
    case MESSAGE_ID.trackerReq:
      return hearer.trackerReq(a as PeerId);
    case MESSAGE_ID.trackerRes:
      return hearer.trackerRes(a as PeerId);
    case MESSAGE_ID.join:
      return hearer.join(a as PeerId, view.getUint32(at + 4) as AsId);
    case MESSAGE_ID.neighbours: {
      const ids = readList(view, at, numbers / 2);
      return hearer.neighbours(ids, readList(view, at + 2 * numbers, numbers / 2));
    }
    case MESSAGE_ID.seedReq:
      return hearer.seedReq(a as PeerId);
    case MESSAGE_ID.seedRes:
      return hearer.seedRes(a);
    case MESSAGE_ID.connReq: {
      const link = view.getUint32(at + 4) as Connection;
      return hearer.connReq(a as PeerId, link, view.getUint32(at + 8) !== 0);
    }
    case MESSAGE_ID.candidate:
      return hearer.candidate(a as PeerId, view.getUint32(at + 4), view.getUint32(at + 8));
    case MESSAGE_ID.leaders:
      return hearer.leaders(readList(view, at, numbers));
  }
}

function readList(view: DataView, at: number, length: number): Uint32Array {
  const list = new Uint32Array(length);
  for (let i = 0; i < length; i++) list[i] = view.getUint32(at + 4 * i);
  return list;
}
