/**
 * The turnover of connections: a peer that has almost as many as it may have closes the worst ones
 * from time to time, so that it comes to know others, and newcomers find room.
 *
 * Source: libtorrent, `peer_turnover`, `peer_turnover_cutoff`, `peer_turnover_interval`, and
 * `compare_disconnect_peer` of its torrent.cpp; docs/protocol.md, section Trackers.
 */

/** What decides whether a connection is closed. */
export interface TurnoverPeer {
  /** It must not be closed: to a leader of ours, or for a follower of ours. */
  readonly isKept: boolean;
  /** We are interested in the other side. */
  readonly isInteresting: boolean;
  /** The other side holds the whole file. */
  readonly isSeed: boolean;
  /** What it has sent us since it was connected. */
  readonly receivedBytes: number;
  /** When it was connected. */
  readonly connectedAtMs: number;
  /** It does not answer our requests. */
  readonly isChokingUs: boolean;
  /** When it last sent us a block; when it was connected if it never has. */
  readonly lastReceivedMs: number;
}

const INTERVAL_MS = 300_000;
/** The share of the connections that is closed, in percent; one at least. */
const CLOSED_PERCENT = 4;
/** How many of the connections that it may have a peer must have, in percent. */
const CUTOFF_PERCENT = 90;
/** With so few connections a turnover does more harm than good. */
const CONNECTIONS_MAX_WITHOUT = 5;

/** Decides which connections to close for others. */
export class Turnover {
  readonly #connectionsMax: number;
  #dueMs: number;

  /** `connectionsMax` is the greatest number of connections that the peer may have. */
  constructor(connectionsMax: number, nowMs: number) {
    this.#connectionsMax = connectionsMax;
    this.#dueMs = nowMs + INTERVAL_MS;
  }

  /** When it is time to `choose`: every five minutes. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** Whether it is time to `choose`. */
  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueMs;
  }

  /**
   * Returns the connections to close when it is time.
   *
   * @param candidates The number of known peers that could take their places.
   */
  choose<Peer extends TurnoverPeer>(
    peers: readonly Peer[],
    candidates: number,
    nowMs: number,
  ): readonly Peer[] {
    this.#dueMs = nowMs + INTERVAL_MS;
    const max = this.#connectionsMax;
    if (max <= CONNECTIONS_MAX_WITHOUT || peers.length < (max * CUTOFF_PERCENT) / 100) return [];
    const count = Math.max(1, Math.floor((peers.length * CLOSED_PERCENT) / 100));
    const mayClose = peers.filter(({ isKept }) => !isKept);
    return mayClose
      .toSorted((a, b) => worstFirst(a, b, nowMs))
      .slice(0, Math.min(count, candidates));
  }
}

/** Compares connections by their worth; of equals the one that was listed first is worse. */
function worstFirst(a: TurnoverPeer, b: TurnoverPeer, nowMs: number): number {
  return (
    Number(a.isInteresting) - Number(b.isInteresting) ||
    Number(a.isSeed) - Number(b.isSeed) ||
    rateOf(a, nowMs) - rateOf(b, nowMs) ||
    Number(b.isChokingUs) - Number(a.isChokingUs) ||
    a.lastReceivedMs - b.lastReceivedMs
  );
}

/** Bytes per second over the whole connection. */
function rateOf({ receivedBytes, connectedAtMs }: TurnoverPeer, nowMs: number): number {
  return Math.floor(receivedBytes / (Math.floor((nowMs - connectedAtMs) / 1_000) + 1));
}
