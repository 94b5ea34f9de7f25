/**
 * A message as an event can hold it: a kind and two numbers.
 *
 *     kind                      first                      second
 *     on a connection           connection                 piece or peer id, or 0
 *     join                      peer id                    AS id
 *     connReq                   peer id                    connection; its complement: upload only
 *     other messages to a node  a number, or a payload     0
 *
 * Lists and records do not fit into two numbers. They are stored in `Payloads`, and the number is
 * their index there, until the event is handled.
 */

import {
  type AsId,
  type BootstrapMessages,
  type Connection,
  type Messages,
  type PeerId,
  type PeerMessages,
  type PieceIndex,
} from '@cachetorrent/protocol';
import { assert, unreachable } from '@cachetorrent/std';

import * as kinds from '../event-kinds.ts';

/** The content of a message that does not fit into two numbers. */
export type Payload =
  | { readonly kind: 'neighbours'; readonly ids: Uint32Array; readonly asIds: Uint32Array }
  | { readonly kind: 'leaders'; readonly ids: Uint32Array }
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
      case 'candidate':
        return 0;
      default:
        return unreachable(payload);
    }
  }

  /** Removes a payload and returns it. */
  take<Kind extends Payload['kind']>(index: number, kind: Kind): PayloadOf<Kind> {
    const payload = this.#payloads[index];
    assert(payload?.kind === kind, 'the payload of a message has the kind of the message');
    this.#payloads[index] = undefined;
    this.#free.push(index);
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
  request(connection: Connection, piece: PieceIndex): void {
    this.#set(kinds.REQUEST, connection, piece);
  }
  piece(connection: Connection, piece: PieceIndex): void {
    this.#set(kinds.PIECE, connection, piece);
  }
  leaderStart(connection: Connection, target: PeerId): void {
    this.#set(kinds.LEADER_START, connection, target);
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

  #set(kind: number, first: number, second = 0): void {
    this.kind = kind;
    this.first = first;
    this.second = second;
    this.#onMessage?.();
  }
}

/** Calls the method of `receiver` for a message on a connection; `argument` is a piece or peer. */
export function callPeerMessage(
  receiver: PeerMessages,
  kind: number,
  connection: Connection,
  argument: number,
): void {
  switch (kind) {
    case kinds.HAVE:
      return receiver.have(connection, argument as PieceIndex);
    case kinds.REQUEST:
      return receiver.request(connection, argument as PieceIndex);
    case kinds.PIECE:
      return receiver.piece(connection, argument as PieceIndex);
    case kinds.CHOKE:
      return receiver.choke(connection);
    case kinds.UNCHOKE:
      return receiver.unchoke(connection);
    case kinds.INTERESTED:
      return receiver.interested(connection);
    case kinds.NOT_INTERESTED:
      return receiver.notInterested(connection);
    case kinds.LEADER_START:
      return receiver.leaderStart(connection, argument as PeerId);
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
    default:
      assert(false, `no message to a node has the kind ${kind}`);
  }
}

/** The connection in the second field of `connReq`. */
export function connectionOf(second: number): Connection {
  return (second < 0 ? ~second : second) as Connection;
}

/** Whether the second field of `connReq` says that the sender will not download. */
export function isUploadOnly(second: number): boolean {
  return second < 0;
}
