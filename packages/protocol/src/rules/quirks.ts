/**
 * The quirks: what the original simulator of 2018 does and no BitTorrent client does.
 *
 * The published times depend on them. Each can be switched on by itself, and `docs/validation.md`
 * says how much each one matters. Under the `original` rules all are on, under the `client` rules
 * none.
 */

/** Which quirks of the original simulator are on. */
export interface Quirks {
  /**
   * Pieces are requested and sent whole, so that a choke loses all of a piece; rates are counted in
   * pieces; a piece is requested from one peer only, for however long. A client requests blocks,
   * keeps those of partial pieces, and has endgame and timeouts.
   */
  readonly wholePieces: boolean;
  /**
   * A peer is interested only while the other side holds a piece that can be requested, or requests
   * are outstanding. A client is interested while the other side holds a piece that it lacks.
   */
  readonly interestInRequestable: boolean;
  /**
   * On a new connection a peer sends one `have` for each piece that it holds. A client sends one
   * `bitfield`.
   */
  readonly haveForEachPiece: boolean;
  /**
   * An upload slot that becomes free stays empty until the next round of the choker. A client gives
   * it to another peer at once.
   */
  readonly idleSlots: boolean;
  /**
   * Every rechoke sends choke or unchoke on each connection, even if nothing changes, and every
   * choke empties the connection's queue. A client sends changes only.
   */
  readonly repeatChokes: boolean;
  /**
   * Every rechoke draws new optimistic unchokes, even one that a change of interest has caused. A
   * client keeps them for 30 seconds (BEP 3).
   */
  readonly redrawOptimistics: boolean;
  /**
   * Among connections of equal rate, an unstable sort determines which get a slot. In a client the
   * lower connection number wins.
   */
  readonly unstableSort: boolean;
  /** A request that arrives after the choke is served. A client ignores it. */
  readonly serveWhileChoked: boolean;
  /**
   * Pieces arrive only at allocation instants, and a flow that has nothing more to send before the
   * next one loses the rest of the interval. Otherwise a piece arrives when its last bit has been
   * sent. This quirk concerns the simulated network; a peer does not use it.
   */
  readonly deliverAtAllocations: boolean;
  /**
   * The rate of a connection is updated only when a piece arrives on it, so that an idle
   * connection keeps its rank. A client uses a moving window (20 s).
   */
  readonly staleRates: boolean;
  /**
   * A peer sends requests only after an unchoke or a piece. A client also requests a piece as soon
   * as an unchoked neighbour announces it.
   */
  readonly noRequestOnHave: boolean;
  /**
   * Every choke makes the peer send requests on its other unchoked connections, even if no request
   * was lost. A client requests only lost pieces there.
   */
  readonly requestOnEveryChoke: boolean;
  /**
   * On a choked connection, interest is re-evaluated only when a choke arrives, and may then begin
   * as well as end. In a client it also ends when a late piece was the last one of interest.
   */
  readonly interestOnlyOnChoke: boolean;
  /** A piece that arrives again is announced again. A client announces each piece once. */
  readonly announceDuplicates: boolean;
  /**
   * The availability of a piece counts every `have`, duplicates included, except one that makes
   * the peer repeat a request. A client counts neighbours.
   */
  readonly countDuplicateHaves: boolean;
  /**
   * A leader forwards a `have` once for each time that the follower has requested the relay, and
   * also if it has announced the piece to the follower before. Otherwise it forwards it once.
   */
  readonly duplicateForwards: boolean;
  /**
   * A request for a piece that is already queued on the connection is queued again, which is one
   * cause of pieces that arrive twice. A client ignores it.
   */
  readonly queueDuplicateRequests: boolean;
  /**
   * A leader announces its pieces on relays, so that leaders that relay to each other also upload
   * to each other. Otherwise it uploads there only if asked.
   */
  readonly announceOnRelays: boolean;
  /**
   * A follower draws a leader, and connects to it, as soon as it opens a connection to an outside
   * peer, so that leaders are among its first connections. Otherwise it waits for that peer's
   * answer.
   */
  readonly eagerRelays: boolean;
  /**
   * A relay forwards only what the outside peer announces after its start. Otherwise a follower
   * also receives the earlier announcements.
   */
  readonly forwardNewOnly: boolean;
}

/** No quirk: the behaviour of today's clients. The default. */
export const CLIENT_QUIRKS: Quirks = {
  wholePieces: false,
  interestInRequestable: false,
  haveForEachPiece: false,
  idleSlots: false,
  repeatChokes: false,
  redrawOptimistics: false,
  unstableSort: false,
  serveWhileChoked: false,
  deliverAtAllocations: false,
  staleRates: false,
  noRequestOnHave: false,
  requestOnEveryChoke: false,
  interestOnlyOnChoke: false,
  announceDuplicates: false,
  countDuplicateHaves: false,
  duplicateForwards: false,
  queueDuplicateRequests: false,
  announceOnRelays: false,
  eagerRelays: false,
  forwardNewOnly: false,
};

/** All quirks: the behaviour of the original simulator, which produced the published results. */
export const ORIGINAL_QUIRKS: Quirks = {
  wholePieces: true,
  interestInRequestable: true,
  haveForEachPiece: true,
  idleSlots: true,
  repeatChokes: true,
  redrawOptimistics: true,
  unstableSort: true,
  serveWhileChoked: true,
  deliverAtAllocations: true,
  staleRates: true,
  noRequestOnHave: true,
  requestOnEveryChoke: true,
  interestOnlyOnChoke: true,
  announceDuplicates: true,
  countDuplicateHaves: true,
  duplicateForwards: true,
  queueDuplicateRequests: true,
  announceOnRelays: true,
  eagerRelays: true,
  forwardNewOnly: true,
};
