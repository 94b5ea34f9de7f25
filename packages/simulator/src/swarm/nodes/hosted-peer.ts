/**
 * Hosts a peer in the simulated world: carries what it says, connects it to whom it wants to
 * reach, and lets its links send.
 *
 * A connection is made by two `connReq`: each side tells the other the number under which it
 * knows the connection. Who hears from somebody it has no connection to accepts and answers; who
 * has asked already takes it for the answer, so two that ask each other at once get one
 * connection. Whoever knows both numbers may speak.
 */

import {
  type Connection,
  NO_CONNECTION,
  NO_PIECE,
  type ConnectionPurpose,
  type Peer,
  type PeerHost,
  type PeerId,
  type PeerMessages,
  type PieceIndex,
} from '@cachetorrent/protocol';
import type { PeerMemory } from '@cachetorrent/protocol/internal';
import { assert } from '@cachetorrent/std';

import type { MessageSender } from '../transport/send.ts';
import type { RemoteEndpoints } from '../transport/remote-endpoints.ts';
import { NOWHERE } from '../transport/wire-format.ts';
import * as kinds from '../event-kinds.ts';
import type { Plan } from '../plan/plan.ts';

/** What a hosted peer needs of its AS. */
export interface PeerEnvironment {
  readonly plan: Plan;
  readonly system: number;
  readonly nowMs: number;
  readonly carrier: MessageSender;
  readonly ends: RemoteEndpoints;
  latencyMs(from: PeerId, to: PeerId): number;
  memoryOf(id: PeerId, part: number): PeerMemory;
  /** A peer of ours can be spoken to from now on. */
  began(hosted: HostedPeer, peer: Peer): void;
  startSending(from: HostedPeer, on: Connection): void;
  stopSending(from: HostedPeer, on: Connection): void;
  partCompleted(peer: HostedPeer): void;
}

interface Caller {
  readonly from: PeerId;
  /** Their number for the connection. */
  readonly link: Connection;
  /** They will not download from us. */
  readonly uploadOnly: boolean;
}

interface Early {
  readonly on: Connection;
  readonly target: PeerId;
}

export class HostedPeer implements PeerHost {
  readonly id: PeerId;
  /** Which sub-torrent it takes part in. */
  readonly part: number;
  /** Its number among the machines of its AS. */
  readonly machine: number;
  readonly #around: PeerEnvironment;
  #peer: Peer | undefined;
  /** Requests for a connection that came before we were ready. */
  #callers: Caller[] = [];
  /** What a follower wants to say to a leader that has not answered yet. */
  #early: Early[] = [];

  constructor(id: PeerId, part: number, machine: number, around: PeerEnvironment) {
    this.id = id;
    this.part = part;
    this.machine = machine;
    this.#around = around;
  }

  get peer(): Peer {
    const peer = this.#peer;
    assert(peer !== undefined, 'nobody speaks to a peer that is not there yet');
    return peer;
  }

  get isReady(): boolean {
    return this.#peer !== undefined;
  }

  /** Its peer begins: accepts those who called before, after connecting to its neighbours. */
  begin(peer: Peer, neighbours: Uint32Array): void {
    this.#peer = peer;
    this.#around.began(this, peer);
    for (const id of neighbours) this.#connect(id as PeerId, 'neighbour');
    for (const call of this.#callers) this.connReq(call.from, call.link, call.uploadOnly);
    this.#callers = [];
  }

  /** Somebody connects to us, or answers; `link` is their number for the connection. */
  connReq(from: PeerId, link: Connection, uploadOnly: boolean): void {
    if (this.#peer === undefined) {
      this.#callers.push({ from, link, uploadOnly });
      return;
    }
    const known = this.#peer.connectionTo(from);
    const on = known === NO_CONNECTION ? this.#connect(from, 'neighbour') : known;
    const { ends } = this.#around;
    assert(!ends.isKnown(this.machine, on), 'a connection is made once');
    ends.answered(this.machine, on, link);
    if (this.#peer.announcesOn(on)) ends.addHearer(this.machine, on, !uploadOnly);
    this.#peer.established(on, this.#isOurs(on));
    this.#sayEarly(on);
  }

  // What the peer says and wants.

  get nowMs(): number {
    return this.#around.nowMs;
  }

  choke(on: Connection): void {
    this.#say(kinds.CHOKE, on).choke(on);
    this.#around.carrier.end();
  }

  unchoke(on: Connection): void {
    this.#say(kinds.UNCHOKE, on).unchoke(on);
    this.#around.carrier.end();
  }

  interested(on: Connection): void {
    this.#say(kinds.INTERESTED, on).interested(on);
    this.#around.carrier.end();
  }

  notInterested(on: Connection): void {
    this.#say(kinds.NOT_INTERESTED, on).notInterested(on);
    this.#around.carrier.end();
  }

  have(on: Connection, piece: PieceIndex): void {
    this.#say(kinds.HAVE, on, piece).have(on, piece);
    this.#around.carrier.end();
  }

  request(on: Connection, piece: PieceIndex): void {
    this.#say(kinds.REQUEST, on, piece).request(on, piece);
    this.#around.carrier.end();
  }

  leaderStart(on: Connection, target: PeerId): void {
    if (!this.#around.ends.isKnown(this.machine, on)) {
      this.#early.push({ on, target });
      return;
    }
    this.#say(kinds.LEADER_START, on).leaderStart(on, target);
    this.#around.carrier.end();
  }

  /** The last bit of `piece` has left us: the other side has it when it has travelled. */
  deliver(on: Connection, piece: PieceIndex): void {
    this.#say(kinds.PIECE, on, piece).piece(on, piece);
    this.#around.carrier.end();
  }

  broadcastHave(piece: PieceIndex): void {
    this.#around.carrier.haveToAll(this.id, this.machine, piece);
  }

  startSending(on: Connection): void {
    this.#around.startSending(this, on);
  }

  stopSending(on: Connection): void {
    this.#around.stopSending(this, on);
  }

  /** A leader reaches an outside peer for a follower; a follower, a leader of its own AS. */
  connectTo(target: PeerId): void {
    if (this.peer.connectionTo(target) !== NO_CONNECTION) return;
    const isOurs = this.#around.plan.asOf(target) === this.#around.system;
    this.#connect(target, isOurs ? 'neighbour' : 'relay');
  }

  completed(): void {
    this.#around.partCompleted(this);
  }

  /** Opens our side, and tells the other our number for it. */
  #connect(to: PeerId, origin: ConnectionPurpose): Connection {
    const known = this.peer.connectionTo(to);
    if (known !== NO_CONNECTION) return known;

    const { plan, system, carrier, ends } = this.#around;
    const theirSystem = plan.asOf(to);
    const theirMachine = plan.machineOf(to, this.part);
    const latencyMs = this.#around.latencyMs(this.id, to);
    const on = this.peer.connect(to, theirSystem === system, origin);
    ends.open(this.machine, on, theirSystem, theirMachine, latencyMs);
    carrier
      .begin(kinds.CONN_REQ, this.id, NO_PIECE, theirSystem, theirMachine, NOWHERE, latencyMs)
      .connReq(this.id, on, !this.peer.mayDownloadOn(on));
    carrier.end();
    return on;
  }

  #isOurs(on: Connection): boolean {
    return this.#around.ends.system(this.machine, on) === this.#around.system;
  }

  #say(kind: number, on: Connection, piece: PieceIndex = NO_PIECE): PeerMessages {
    const { carrier, ends } = this.#around;
    const there = ends.connection(this.machine, on);
    assert(there >= 0, 'nothing is said on a connection before both ends know it');
    const system = ends.system(this.machine, on);
    const machine = ends.machine(this.machine, on);
    const latencyMs = ends.latencyMs(this.machine, on);
    return carrier.begin(kind, this.id, piece, system, machine, there, latencyMs);
  }

  #sayEarly(on: Connection): void {
    if (this.#early.length === 0) return;
    const ready = this.#early.filter((early) => early.on === on);
    this.#early = this.#early.filter((early) => early.on !== on);
    for (const { target } of ready) this.leaderStart(on, target);
  }
}
