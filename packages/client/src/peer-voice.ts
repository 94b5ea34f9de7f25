/**
 * Carries what our peer says to the wire. What the peer must not be called back about at once
 * is noted, for the swarm to do when it settles.
 */

import type { Connection, Peer, PeerHost, PeerId, PieceIndex } from '@cachetorrent/protocol';

import type { AddressBook } from './address-book.ts';
import type { Link } from './link.ts';
import type { Receiver } from './transfer/receiver.ts';
import type { Sender } from './transfer/sender.ts';

/** What a voice must know of the swarm. */
export interface Stage {
  readonly peer: Peer;
  readonly links: Iterable<Link>;
  readonly book: AddressBook;
  readonly receiver: Receiver<Link>;
  readonly sender: Sender;
  linkAt(on: Connection): Link;
}

export class PeerVoice implements PeerHost {
  readonly #stage: Stage;
  /** Pieces that have come: leaders owe them to who asked before. */
  fresh: PieceIndex[] = [];
  /** Peers to be connected to. */
  wanted: PeerId[] = [];
  /** While it holds, nobody is told what our peer holds: it is remembering. */
  isSilent = false;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  get nowMs(): number {
    return performance.now();
  }

  choke(on: Connection): void {
    const { deliveries, connection } = this.#stage.linkAt(on);
    deliveries.clear();
    connection.say.choke();
  }

  unchoke(on: Connection): void {
    this.#stage.linkAt(on).connection.say.unchoke();
  }

  interested(on: Connection): void {
    this.#stage.linkAt(on).connection.say.interested();
  }

  notInterested(on: Connection): void {
    this.#stage.linkAt(on).connection.say.notInterested();
  }

  /** What a leader does not hold it says it can get, to those who understand that. */
  have(on: Connection, piece: PieceIndex): void {
    const { connection } = this.#stage.linkAt(on);
    if (!this.#stage.peer.hasPiece(piece)) connection.say.relayedHave(piece);
    else if (!connection.session.state.ownPieces.has(piece)) connection.say.have(piece);
  }

  broadcastHave(piece: PieceIndex): void {
    if (this.isSilent) return;
    this.fresh.push(piece);
    for (const { on } of this.#stage.links) {
      if (this.#stage.peer.announcesOn(on)) this.have(on, piece);
    }
  }

  request(on: Connection, piece: PieceIndex): void {
    const link = this.#stage.linkAt(on);
    if (link.fetches.isEmpty) link.lastBlockMs = this.nowMs;
    this.#stage.receiver.request(link, piece);
  }

  leaderStart(on: Connection, target: PeerId): void {
    const endpoint = this.#stage.book.endpointOf(target);
    if (endpoint === undefined) return;
    const { say } = this.#stage.linkAt(on).connection;
    say.cacheTorrent({ name: 'ct_leader_start', target: endpoint });
  }

  startSending(on: Connection): void {
    this.#stage.sender.start(this.#stage.linkAt(on));
  }

  stopSending(on: Connection): void {
    this.#stage.sender.stop(this.#stage.linkAt(on));
  }

  connectTo(target: PeerId): void {
    this.wanted.push(target);
  }

  /** The swarm sees it when it settles. */
  completed(): void {}
}
