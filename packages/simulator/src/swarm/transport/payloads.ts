/**
 * Turns messages that are read out of bytes into what an event of the queue holds: its kind and
 * two numbers. What does not fit in numbers is put away as a parcel until the event happens.
 */

import type { Connection, Messages, PeerId, PieceIndex, AsId } from '@cachetorrent/protocol';

import * as kinds from '../event-kinds.ts';

/** What a message holds beside numbers. */
export type Payload =
  | { readonly kind: 'neighbours'; readonly ids: Uint32Array; readonly systems: Uint32Array }
  | { readonly kind: 'leaders'; readonly ids: Uint32Array }
  | {
      readonly kind: 'candidate';
      readonly id: PeerId;
      readonly uploadKbps: number;
      readonly downloadKbps: number;
    };

/** Parcels by the place that an event names. */
export class Payloads {
  readonly #parcels: (Payload | undefined)[] = [];
  readonly #free: number[] = [];

  put(parcel: Payload): number {
    const place = this.#free.pop() ?? this.#parcels.length;
    this.#parcels[place] = parcel;
    return place;
  }

  take(place: number): Payload {
    const parcel = this.#parcels[place]!;
    this.#parcels[place] = undefined;
    this.#free.push(place);
    return parcel;
  }
}

export class MessageFields implements Messages {
  readonly #parcels: Payloads;
  /** The message that was heard last. */
  kind = 0;
  /** For a message on a connection, its piece or peer; else its first number or parcel. */
  first = 0;
  second = 0;

  constructor(parcels: Payloads) {
    this.#parcels = parcels;
  }

  choke(): void {
    this.#note(kinds.CHOKE, 0);
  }
  unchoke(): void {
    this.#note(kinds.UNCHOKE, 0);
  }
  interested(): void {
    this.#note(kinds.INTERESTED, 0);
  }
  notInterested(): void {
    this.#note(kinds.NOT_INTERESTED, 0);
  }
  have(_: Connection, piece: PieceIndex): void {
    this.#note(kinds.HAVE, piece);
  }
  request(_: Connection, piece: PieceIndex): void {
    this.#note(kinds.REQUEST, piece);
  }
  piece(_: Connection, piece: PieceIndex): void {
    this.#note(kinds.PIECE, piece);
  }
  leaderStart(_: Connection, target: PeerId): void {
    this.#note(kinds.LEADER_START, target);
  }

  trackerReq(from: PeerId): void {
    this.#note(kinds.TRACKER_REQ, from);
  }
  trackerRes(tracker: PeerId): void {
    this.#note(kinds.TRACKER_RES, tracker);
  }
  join(id: PeerId, system: AsId): void {
    this.#note(kinds.JOIN, id, system);
  }
  neighbours(ids: Uint32Array, systems: Uint32Array): void {
    this.#note(kinds.NEIGHBOURS, this.#parcels.put({ kind: 'neighbours', ids, systems }));
  }
  seedReq(from: PeerId): void {
    this.#note(kinds.SEED_REQ, from);
  }
  seedRes(pieces: number): void {
    this.#note(kinds.SEED_RES, pieces);
  }
  /** Two numbers hold three: the complement of a number says that they will upload only. */
  connReq(from: PeerId, link: Connection, uploadOnly: boolean): void {
    this.#note(kinds.CONN_REQ, from, uploadOnly ? ~link : link);
  }
  candidate(id: PeerId, uploadKbps: number, downloadKbps: number): void {
    const parcel = { kind: 'candidate', id, uploadKbps, downloadKbps } as const;
    this.#note(kinds.CANDIDATE, this.#parcels.put(parcel));
  }
  leaders(ids: Uint32Array): void {
    this.#note(kinds.LEADERS, this.#parcels.put({ kind: 'leaders', ids }));
  }

  #note(kind: number, first: number, second = 0): void {
    this.kind = kind;
    this.first = first;
    this.second = second;
  }
}
