/**
 * The messages as bytes, framed as in BEP 3: a length, an id, numbers of four bytes.
 *
 *     choke   00000001 00
 *     have    00000005 04 00000102
 *
 * This is the format of the simulator: a `request`, a `piece` and a `cancel` name a span of blocks,
 * the first one and their number, and a `piece` does not carry the content. Ids below 20 are those
 * of BitTorrent; ids from 32 on are for the messages of CacheTorrent and of bootstrapping. The
 * format of real clients is in `wire/`.
 *
 * `Encoder` writes each message that is sent by a call of its methods; `decode` reads a message and
 * calls the method of a receiver. Neither allocates memory, except for the messages that carry
 * lists.
 */

import type { AsId, BlockIndex, Connection, PeerId, PieceIndex } from '../ids.ts';
import {
  ANNOUNCE_EVENTS,
  type AnnounceEvent,
  MESSAGE_KINDS,
  type MessageKind,
  type Messages,
} from './messages.ts';

/** The bytes are not a message. The sender is at fault, and the connection should be closed. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** The id of each kind of message. */
export const MESSAGE_ID: Readonly<Record<MessageKind, number>> = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  allowedFast: 17,
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
  close: 42,
  announce: 43,
  refused: 44,
  uploadOnly: 45,
  leaderLost: 46,
};

/** A list: its length varies. */
const LIST = -1;
/** How many numbers of four bytes each kind of message carries, or LIST. */
const FIELDS: Record<MessageKind, number> = {
  choke: 0,
  unchoke: 0,
  interested: 0,
  notInterested: 0,
  have: 1,
  bitfield: LIST,
  request: 2,
  piece: 2,
  cancel: 2,
  allowedFast: 1,
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
  close: 0,
  announce: 4,
  refused: 1,
  uploadOnly: 1,
  leaderLost: 2,
};

/** No message has this id. */
const NO_MESSAGE = -2;
/** For each id, how many numbers the message carries, or LIST, or NO_MESSAGE. */
const FIELDS_OF_ID = new Int8Array(256).fill(NO_MESSAGE);
for (const kind of MESSAGE_KINDS) FIELDS_OF_ID[MESSAGE_ID[kind]] = FIELDS[kind];

/** The greatest size of a message without a list, in bytes. */
export const FIXED_BYTES_MAX: number = 5 + 4 * 4;

/** The size of a message that carries a list of `numbers` numbers, in bytes. */
export function listBytes(numbers: number): number {
  return 5 + 4 * numbers;
}

/** Writes messages into a buffer, one after another. */
export class Encoder implements Messages {
  #view: DataView;
  /** The position of the next message in the view, in bytes. */
  offset = 0;

  /** The messages are written into `view`, from its first byte on. */
  constructor(view: DataView) {
    this.#view = view;
  }

  /** Writes the next messages at `offset` of `view`, which must have room for them. */
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
  bitfield(_: Connection, pieces: Uint32Array): void {
    this.#list(MESSAGE_ID.bitfield, pieces, EMPTY);
  }
  request(_: Connection, block: BlockIndex, count: number): void {
    this.#two(MESSAGE_ID.request, block, count);
  }
  piece(_: Connection, block: BlockIndex, count: number): void {
    this.#two(MESSAGE_ID.piece, block, count);
  }
  cancel(_: Connection, block: BlockIndex, count: number): void {
    this.#two(MESSAGE_ID.cancel, block, count);
  }
  allowedFast(_: Connection, piece: PieceIndex): void {
    this.#one(MESSAGE_ID.allowedFast, piece);
  }
  leaderStart(_: Connection, target: PeerId): void {
    this.#one(MESSAGE_ID.leaderStart, target);
  }

  uploadOnly(_: Connection, isUploadOnly: boolean): void {
    this.#one(MESSAGE_ID.uploadOnly, isUploadOnly ? 1 : 0);
  }
  close(): void {
    this.#plain(MESSAGE_ID.close);
  }

  trackerReq(from: PeerId): void {
    this.#one(MESSAGE_ID.trackerReq, from);
  }
  trackerRes(tracker: PeerId): void {
    this.#one(MESSAGE_ID.trackerRes, tracker);
  }
  join(id: PeerId, asId: AsId): void {
    this.#two(MESSAGE_ID.join, id, asId);
  }
  neighbours(ids: Uint32Array, asIds: Uint32Array): void {
    this.#list(MESSAGE_ID.neighbours, ids, asIds);
  }
  seedReq(from: PeerId): void {
    this.#one(MESSAGE_ID.seedReq, from);
  }
  seedRes(pieces: number): void {
    this.#one(MESSAGE_ID.seedRes, pieces);
  }
  connReq(from: PeerId, connection: Connection, uploadOnly: boolean): void {
    this.#three(MESSAGE_ID.connReq, from, connection, uploadOnly ? 1 : 0);
  }
  candidate(id: PeerId, uploadKbps: number, downloadKbps: number): void {
    this.#three(MESSAGE_ID.candidate, id, uploadKbps, downloadKbps);
  }
  leaders(ids: Uint32Array): void {
    this.#list(MESSAGE_ID.leaders, ids, EMPTY);
  }
  announce(from: PeerId, event: AnnounceEvent, wanted: number, isSeed: boolean): void {
    this.#frame(MESSAGE_ID.announce, 4);
    this.#number(from);
    this.#number(ANNOUNCE_EVENTS.indexOf(event));
    this.#number(wanted);
    this.#number(isSeed ? 1 : 0);
  }
  leaderLost(from: PeerId, leader: PeerId): void {
    this.#two(MESSAGE_ID.leaderLost, from, leader);
  }
  refused(from: PeerId): void {
    this.#one(MESSAGE_ID.refused, from);
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
 * Decodes the message at `offset`, calls the method of `receiver` for it, and returns the offset
 * of the next message. Reads no byte at or beyond `end`.
 *
 * @param connection The receiver's number of the connection on which the message has arrived.
 * @throws {MalformedMessage} The bytes are not a message, or not a complete one.
 */
export function decode(
  view: DataView,
  offset: number,
  end: number,
  connection: Connection,
  receiver: Messages,
): number {
  if (end - offset < 5)
    throw new MalformedMessage(`${end - offset} bytes are too few for a message`);
  const length = view.getUint32(offset);
  const id = view.getUint8(offset + 4);
  const next = offset + 4 + length;
  if (next > end) {
    const present = end - offset - 4;
    throw new MalformedMessage(
      `the message has a length of ${length}, but ${present} bytes follow`,
    );
  }
  const fields = FIELDS_OF_ID[id]!;
  if (fields === NO_MESSAGE) throw new MalformedMessage(`no message has the id ${id}`);
  if (fields === LIST) checkList(id, length);
  else if (length !== 1 + 4 * fields) {
    throw new MalformedMessage(`message ${id} must have ${1 + 4 * fields} bytes, not ${length}`);
  }
  dispatch(view, offset + 5, id, (length - 1) / 4, connection, receiver);
  return next;
}

const EMPTY = new Uint32Array(0);

function checkList(id: number, length: number): void {
  const unit = id === MESSAGE_ID.neighbours ? 8 : 4;
  if (length < 1 || (length - 1) % unit !== 0) {
    throw new MalformedMessage(
      `message ${id} must carry a list of ${unit} bytes per item, not ${length - 1} bytes`,
    );
  }
}

function dispatch(
  view: DataView,
  at: number,
  id: number,
  numbers: number,
  connection: Connection,
  receiver: Messages,
): void {
  const a = numbers > 0 ? view.getUint32(at) : 0;
  switch (id) {
    case MESSAGE_ID.have:
      return receiver.have(connection, a as PieceIndex);
    case MESSAGE_ID.bitfield:
      return receiver.bitfield(connection, readList(view, at, numbers));
    case MESSAGE_ID.choke:
      return receiver.choke(connection);
    case MESSAGE_ID.unchoke:
      return receiver.unchoke(connection);
    case MESSAGE_ID.interested:
      return receiver.interested(connection);
    case MESSAGE_ID.notInterested:
      return receiver.notInterested(connection);
    case MESSAGE_ID.request:
      return receiver.request(connection, a as BlockIndex, view.getUint32(at + 4));
    case MESSAGE_ID.piece:
      return receiver.piece(connection, a as BlockIndex, view.getUint32(at + 4));
    case MESSAGE_ID.cancel:
      return receiver.cancel(connection, a as BlockIndex, view.getUint32(at + 4));
    case MESSAGE_ID.allowedFast:
      return receiver.allowedFast(connection, a as PieceIndex);
    case MESSAGE_ID.leaderStart:
      return receiver.leaderStart(connection, a as PeerId);
    case MESSAGE_ID.trackerReq:
      return receiver.trackerReq(a as PeerId);
    case MESSAGE_ID.trackerRes:
      return receiver.trackerRes(a as PeerId);
    case MESSAGE_ID.join:
      return receiver.join(a as PeerId, view.getUint32(at + 4) as AsId);
    case MESSAGE_ID.neighbours: {
      const ids = readList(view, at, numbers / 2);
      return receiver.neighbours(ids, readList(view, at + 2 * numbers, numbers / 2));
    }
    case MESSAGE_ID.seedReq:
      return receiver.seedReq(a as PeerId);
    case MESSAGE_ID.seedRes:
      return receiver.seedRes(a);
    case MESSAGE_ID.connReq: {
      const theirs = view.getUint32(at + 4) as Connection;
      return receiver.connReq(a as PeerId, theirs, view.getUint32(at + 8) !== 0);
    }
    case MESSAGE_ID.candidate:
      return receiver.candidate(a as PeerId, view.getUint32(at + 4), view.getUint32(at + 8));
    case MESSAGE_ID.leaders:
      return receiver.leaders(readList(view, at, numbers));
    case MESSAGE_ID.uploadOnly:
      return receiver.uploadOnly(connection, a !== 0);
    case MESSAGE_ID.close:
      return receiver.close(connection);
    case MESSAGE_ID.leaderLost:
      return receiver.leaderLost(a as PeerId, view.getUint32(at + 4) as PeerId);
    case MESSAGE_ID.announce: {
      const event = ANNOUNCE_EVENTS[view.getUint32(at + 4)];
      if (event === undefined) throw new MalformedMessage('an announce has one of four events');
      const isSeed = view.getUint32(at + 12) !== 0;
      return receiver.announce(a as PeerId, event, view.getUint32(at + 8), isSeed);
    }
    case MESSAGE_ID.refused:
      return receiver.refused(a as PeerId);
  }
}

function readList(view: DataView, at: number, length: number): Uint32Array {
  const list = new Uint32Array(length);
  for (let i = 0; i < length; i++) list[i] = view.getUint32(at + 4 * i);
  return list;
}
