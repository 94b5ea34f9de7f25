/**
 * How long others are waited for. Who refuses a piece, or sends it broken, may be asked for it
 * again after a while; who leaves requests unanswered is treated as if it choked us, until it
 * sends something or a longer while is over.
 */

import type { Peer, PieceIndex } from '@cachetorrent/protocol';

import type { Link } from './link.ts';
import type { SwarmOptions } from './swarm-options.ts';
import type { Receiver } from './transfer/receiver.ts';

/** What must be known of the swarm. */
export interface Waiting {
  readonly peer: Peer;
  readonly links: Iterable<Link>;
  readonly receiver: Receiver<Link>;
  readonly options: Pick<SwarmOptions, 'onTrouble'>;
}

const RETRY_MS = 10_000;
/** libtorrent waits 60 s at most. */
const SNUBBED_MS = 30_000;
const FORGIVEN_MS = 90_000;

interface Retry {
  readonly atMs: number;
  readonly link: Link;
  readonly piece: PieceIndex;
}

export class Patience {
  readonly #swarm: Waiting;
  #retries: Retry[] = [];

  constructor(swarm: Waiting) {
    this.#swarm = swarm;
  }

  /** `link` will not give `piece`: it is asked for elsewhere, and here again later. */
  refused(link: Link, piece: PieceIndex): void {
    link.fetches.cancel(piece, link.connection.say);
    this.#swarm.receiver.losePiece(link, piece);
    this.#swarm.peer.dontHave(link.on, piece);
    this.#retries.push({ atMs: performance.now() + RETRY_MS, link, piece });
  }

  /** Nothing that `link` was asked for is waited for any more. */
  loseRequests(link: Link): void {
    for (const piece of link.fetches.pieces) {
      link.fetches.cancel(piece, link.connection.say);
      this.#swarm.receiver.losePiece(link, piece);
    }
    this.#swarm.peer.choke(link.on);
  }

  /** It has sent a block: it is asked again. */
  forgive(link: Link): void {
    if (!link.isSnubbing) return;
    link.isSnubbing = false;
    if (!link.connection.session.state.peerChoking) this.#swarm.peer.unchoke(link.on);
  }

  tick(nowMs: number): void {
    const links = [...this.#swarm.links];
    const due = this.#retries.filter(({ atMs }) => atMs <= nowMs);
    this.#retries = this.#retries.filter(({ atMs }) => atMs > nowMs);
    for (const { link, piece } of due) {
      if (links.includes(link)) this.#swarm.peer.have(link.on, piece);
    }
    for (const link of links) this.#watch(link, nowMs);
  }

  /** A piece that a leader only relays may take any time. */
  #watch(link: Link, nowMs: number): void {
    const { connection, fetches, relayed, lastBlockMs } = link;
    if (link.isSnubbing) {
      if (nowMs >= lastBlockMs + FORGIVEN_MS) this.forgive(link);
    } else if (nowMs >= lastBlockMs + SNUBBED_MS) {
      if (!fetches.pieces.some((piece) => !relayed.has(piece))) return;
      link.isSnubbing = true;
      this.loseRequests(link);
      this.#swarm.options.onTrouble(`${connection.host} has left requests unanswered for 30 s`);
    }
  }
}
