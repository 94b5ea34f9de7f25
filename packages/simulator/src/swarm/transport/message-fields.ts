/**
 * A message as an event can hold it: a kind and two numbers.
 *
 *     kind                      first                      second
 *     on a connection           connection                 piece or peer id, or 0
 *     request, piece, cancel    connection, block count    first block
 *     bitfield                  connection                 a payload
 *     uploadOnly                connection                 1 or 0
 *     join                      peer id                    AS id
 *     leaderLost                peer id                    leader's peer id
 *     connReq                   peer id                    connection; its complement: upload only
 *     announce                  peer id                    event, wanted, seed (`packAnnounce`)
 *     other messages to a node  a number, or a payload     0
 *
 * The number of blocks is in the upper 16 bits of the first number (`packSpan`).
 *
 * Lists and records do not fit into two numbers. They are stored in `Payloads`, and the number is
 * their index there, until the event is handled.
 */

import {
  ANNOUNCE_EVENTS,
  type AnnounceEvent,
  type AsId,
  type BlockIndex,
  type BootstrapMessages,
  type Connection,
  type Messages,
  type PeerId,
  type PeerMessages,
  type PieceIndex,
} from '@cachetorrent/protocol';
import { assert, unreachable } from '@cachetorrent/std';

import * as kinds from '../event-kinds.ts';
import { BLOCKS_PER_PIECE_MAX } from '../plan/check.ts';

/** The content of a message that does not fit into two numbers. */
export type Payload =
  | { readonly kind: 'neighbours'; readonly ids: Uint32Array; readonly asIds: Uint32Array }
  | { readonly kind: 'leaders'; readonly ids: Uint32Array }
  | { readonly kind: 'bitfield'; readonly pieces: Uint32Array }
  | {
      readonly kind: 'candidate';
      readonly id: PeerId;
      readonly uploadKbps: number;
      readonly downloadKbps: number;
    };

type PayloadOf<Kind> = Extract<Payload, { readonly kind: Kind }>;

/** The payloads of messages in transit, by index. */
export class Payloads {
  readonly #payloads: (Payload | undefined)[] = [];
  readonly #free: number[] = [];

  /** Stores a payload and returns its index. */
  put(payload: Payload): number {
    const index = this.#free.pop() ?? this.#payloads.length;
    this.#payloads[index] = payload;
    return index;
  }

  /** How many numbers the lists of a payload hold. */
  lengthOf(index: number): number {
    const payload = this.#payloads[index]!;
    switch (payload.kind) {
      case 'neighbours':
        return payload.ids.length + payload.asIds.length;
      case 'leaders':
        return payload.ids.length;
      case 'bitfield':
        return payload.pieces.length;
      case 'candidate':
        return 0;
      default:
        return unreachable(payload);
    }
  }

  /** Removes the payload of a message that nobody receives, if it has one. */
  drop(kind: number, first: number, second: number): void {
    const isList = kind === kinds.NEIGHBOURS || kind === kinds.LEADERS || kind === kinds.CANDIDATE;
    if (isList) this.#remove(first);
    else if (kind === kinds.BITFIELD) this.#remove(second);
  }

  #remove(index: number): void {
    this.#payloads[index] = undefined;
    this.#free.push(index);
  }

  /** Removes a payload and returns it. */
  take<Kind extends Payload['kind']>(index: number, kind: Kind): PayloadOf<Kind> {
    const payload = this.#payloads[index];
    assert(payload?.kind === kind, 'the payload of a message has the kind of the message');
    this.#remove(index);
    return payload as PayloadOf<Kind>;
  }
}

/** Turns a message, which is a method call, into its fields. */
export class MessageFields implements Messages {
  /** The kind of the last message. */
  kind = 0;
  first = 0;
  second = 0;
  readonly #payloads: Payloads;
  readonly #onMessage: (() => void) | undefined;

  /** Calls `onMessage` after each message. */
  constructor(payloads: Payloads, onMessage?: () => void) {
    this.#payloads = payloads;
    this.#onMessage = onMessage;
  }

  choke(connection: Connection): void {
    this.#set(kinds.CHOKE, connection);
  }
  unchoke(connection: Connection): void {
    this.#set(kinds.UNCHOKE, connection);
  }
  interested(connection: Connection): void {
    this.#set(kinds.INTERESTED, connection);
  }
  notInterested(connection: Connection): void {
    this.#set(kinds.NOT_INTERESTED, connection);
  }
  have(connection: Connection, piece: PieceIndex): void {
    this.#set(kinds.HAVE, connection, piece);
  }
  bitfield(connection: Connection, pieces: Uint32Array): void {
    this.#set(kinds.BITFIELD, connection, this.#payloads.put({ kind: 'bitfield', pieces }));
  }
  request(connection: Connection, block: BlockIndex, count: number): void {
    this.#set(kinds.REQUEST, packSpan(connection, count), block);
  }
  piece(connection: Connection, block: BlockIndex, count: number): void {
    this.#set(kinds.PIECE, packSpan(connection, count), block);
  }
  cancel(connection: Connection, block: BlockIndex, count: number): void {
    this.#set(kinds.CANCEL, packSpan(connection, count), block);
  }
  allowedFast(connection: Connection, piece: PieceIndex): void {
    this.#set(kinds.ALLOWED_FAST, connection, piece);
  }
  leaderStart(connection: Connection, target: PeerId): void {
    this.#set(kinds.LEADER_START, connection, target);
  }
  uploadOnly(connection: Connection, isUploadOnly: boolean): void {
    this.#set(kinds.UPLOAD_ONLY, connection, isUploadOnly ? 1 : 0);
  }
  close(connection: Connection): void {
    this.#set(kinds.CLOSE, connection);
  }

  trackerReq(from: PeerId): void {
    this.#set(kinds.TRACKER_REQ, from);
  }
  trackerRes(tracker: PeerId): void {
    this.#set(kinds.TRACKER_RES, tracker);
  }
  join(id: PeerId, asId: AsId): void {
    this.#set(kinds.JOIN, id, asId);
  }
  neighbours(ids: Uint32Array, asIds: Uint32Array): void {
    this.#set(kinds.NEIGHBOURS, this.#payloads.put({ kind: 'neighbours', ids, asIds }));
  }
  seedReq(from: PeerId): void {
    this.#set(kinds.SEED_REQ, from);
  }
  seedRes(pieces: number): void {
    this.#set(kinds.SEED_RES, pieces);
  }
  connReq(from: PeerId, connection: Connection, uploadOnly: boolean): void {
    this.#set(kinds.CONN_REQ, from, uploadOnly ? ~connection : connection);
  }
  candidate(id: PeerId, uploadKbps: number, downloadKbps: number): void {
    const payload = { kind: 'candidate', id, uploadKbps, downloadKbps } as const;
    this.#set(kinds.CANDIDATE, this.#payloads.put(payload));
  }
  leaders(ids: Uint32Array): void {
    this.#set(kinds.LEADERS, this.#payloads.put({ kind: 'leaders', ids }));
  }
  announce(from: PeerId, event: AnnounceEvent, wanted: number, isSeed: boolean): void {
    this.#set(kinds.ANNOUNCE, from, packAnnounce(event, wanted, isSeed));
  }
  leaderLost(from: PeerId, leader: PeerId): void {
    this.#set(kinds.LEADER_LOST, from, leader);
  }
  refused(from: PeerId): void {
    this.#set(kinds.REFUSED, from);
  }

  #set(kind: number, first: number, second = 0): void {
    this.kind = kind;
    this.first = first;
    this.second = second;
    this.#onMessage?.();
  }
}

/**
 * Calls the method of `receiver` for a message on a connection, with its two numbers, and removes
 * the payload, if any.
 */
export function callPeerMessage(
  receiver: PeerMessages,
  kind: number,
  first: number,
  argument: number,
  payloads: Payloads,
): void {
  const connection = first as Connection;
  switch (kind) {
    case kinds.BITFIELD:
      return receiver.bitfield(connection, payloads.take(argument, 'bitfield').pieces);
    case kinds.HAVE:
      return receiver.have(connection, argument as PieceIndex);
    case kinds.REQUEST:
      return receiver.request(connectionOfSpan(first), argument as BlockIndex, countOfSpan(first));
    case kinds.PIECE:
      return receiver.piece(connectionOfSpan(first), argument as BlockIndex, countOfSpan(first));
    case kinds.CANCEL:
      return receiver.cancel(connectionOfSpan(first), argument as BlockIndex, countOfSpan(first));
    case kinds.CHOKE:
      return receiver.choke(connection);
    case kinds.UNCHOKE:
      return receiver.unchoke(connection);
    case kinds.INTERESTED:
      return receiver.interested(connection);
    case kinds.NOT_INTERESTED:
      return receiver.notInterested(connection);
    case kinds.ALLOWED_FAST:
      return receiver.allowedFast(connection, argument as PieceIndex);
    case kinds.LEADER_START:
      return receiver.leaderStart(connection, argument as PeerId);
    case kinds.UPLOAD_ONLY:
      return receiver.uploadOnly(connection, argument !== 0);
    case kinds.CLOSE:
      return receiver.close(connection);
    default:
      assert(false, `no message on a connection has the kind ${kind}`);
  }
}

/** Calls the method of `receiver` for a message to a node, and removes the payload, if any. */
export function callNodeMessage(
  receiver: BootstrapMessages,
  { kind, first, second }: MessageFields,
  payloads: Payloads,
): void {
  switch (kind) {
    case kinds.TRACKER_REQ:
      return receiver.trackerReq(first as PeerId);
    case kinds.TRACKER_RES:
      return receiver.trackerRes(first as PeerId);
    case kinds.JOIN:
      return receiver.join(first as PeerId, second as AsId);
    case kinds.NEIGHBOURS: {
      const { ids, asIds } = payloads.take(first, 'neighbours');
      return receiver.neighbours(ids, asIds);
    }
    case kinds.SEED_REQ:
      return receiver.seedReq(first as PeerId);
    case kinds.SEED_RES:
      return receiver.seedRes(first);
    case kinds.CONN_REQ:
      return receiver.connReq(first as PeerId, connectionOf(second), isUploadOnly(second));
    case kinds.CANDIDATE: {
      const { id, uploadKbps, downloadKbps } = payloads.take(first, 'candidate');
      return receiver.candidate(id, uploadKbps, downloadKbps);
    }
    case kinds.LEADERS:
      return receiver.leaders(payloads.take(first, 'leaders').ids);
    case kinds.ANNOUNCE:
      return receiver.announce(
        first as PeerId,
        eventOf(second),
        wantedOf(second),
        isSeedOf(second),
      );
    case kinds.LEADER_LOST:
      return receiver.leaderLost(first as PeerId, second as PeerId);
    case kinds.REFUSED:
      return receiver.refused(first as PeerId);
    default:
      assert(false, `no message to a node has the kind ${kind}`);
  }
}

/** A connection and a number of blocks, from 1 on, in one number. */
export function packSpan(connection: Connection, count: number): number {
  assert(count <= BLOCKS_PER_PIECE_MAX, 'a span fits into an event');
  return connection | ((count - 1) << 16);
}

/** The connection in a number of `packSpan`. */
export function connectionOfSpan(packed: number): Connection {
  return (packed & 0xffff) as Connection;
}

/** The number of blocks in a number of `packSpan`. */
export function countOfSpan(packed: number): number {
  return (packed >>> 16) + 1;
}

/** The same number of blocks on another connection. */
export function onConnection(packed: number, connection: number): number {
  return (packed & ~0xffff) | connection;
}

/** The event of an announce, the number of wanted peers, and who is a seed, in one number. */
function packAnnounce(event: AnnounceEvent, wanted: number, isSeed: boolean): number {
  return ANNOUNCE_EVENTS.indexOf(event) + ANNOUNCE_EVENTS.length * (2 * wanted + (isSeed ? 1 : 0));
}

/** The event in a number of `packAnnounce`. */
export function eventOf(packed: number): AnnounceEvent {
  return ANNOUNCE_EVENTS[packed % ANNOUNCE_EVENTS.length]!;
}

/** The number of wanted peers in a number of `packAnnounce`. */
export function wantedOf(packed: number): number {
  return Math.floor(packed / (2 * ANNOUNCE_EVENTS.length));
}

/** Whether the sender is a seed, in a number of `packAnnounce`. */
export function isSeedOf(packed: number): boolean {
  return Math.floor(packed / ANNOUNCE_EVENTS.length) % 2 === 1;
}

/** The connection in the second field of `connReq`. */
export function connectionOf(second: number): Connection {
  return (second < 0 ? ~second : second) as Connection;
}

/** Whether the second field of `connReq` says that the sender will not download. */
export function isUploadOnly(second: number): boolean {
  return second < 0;
}
