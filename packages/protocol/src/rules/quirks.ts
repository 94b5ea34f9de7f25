/**
 * What the original simulator of 2018 does and no BitTorrent client does.
 *
 * Its published times depend on these habits, so each can be switched on by itself; `docs/model.md`
 * says what each is worth. All on are the original's rules; all off are a client's.
 */

export interface Quirks {
  /**
   * Choke and unchoke are sent at every rechoke, changed or not, and every choke empties the
   * link. A client sends changes only.
   */
  readonly repeatChokes: boolean;
  /**
   * Every rechoke draws new optimistic unchokes, also one that a change of interest caused. A
   * client keeps them for 30 seconds (BEP 3).
   */
  readonly redrawOptimistics: boolean;
  /**
   * Who of several connections of the same rate gets a slot hangs on a sort that is not stable. A
   * client's choice keeps to the order of connections.
   */
  readonly unstableSort: boolean;
  /** A request that arrives after the choke is served all the same. A client refuses it. */
  readonly serveWhileChoked: boolean;
  /**
   * Pieces arrive only at allocation instants, and a link that drains in between loses the rest
   * of the interval. Otherwise a piece arrives when its last bit has been sent.
   */
  readonly deliverAtAllocations: boolean;
  /**
   * The rate of a connection is brought up to date only when a piece arrives on it, so that a
   * dead connection keeps its rank. A client uses a moving window (20 s).
   */
  readonly staleRates: boolean;
  /** A download asks for more only when unchoked or served, not when it hears of a new piece. */
  readonly noRequestOnHave: boolean;
  /**
   * Every choke, even one that has lost nothing, lets all unchoked connections ask for more. A
   * client asks elsewhere only for what it has lost.
   */
  readonly requestOnEveryChoke: boolean;
  /**
   * While choked, interest is looked at only when a choke comes, and may begin there as well as
   * end. A client also ends it when a piece comes late and nothing else is left to be had.
   */
  readonly interestOnlyOnChoke: boolean;
  /** A piece that arrives once more is announced once more. A client announces news only. */
  readonly announceDuplicates: boolean;
  /**
   * Rarity counts every `have` that is heard, repeats included, unless it makes us ask again. A
   * client counts holders.
   */
  readonly countDuplicateHaves: boolean;
  /**
   * A leader forwards a `have` once for each time that a follower asked it to reach the sender,
   * and also when it has told the follower of the piece already. Otherwise it says it once.
   */
  readonly duplicateForwards: boolean;
  /**
   * A request for a piece that is queued on the link already is queued again, one source of
   * pieces that arrive twice. A client ignores it.
   */
  readonly queueDuplicateRequests: boolean;
  /**
   * A leader offers what it has on connections that it opened for a follower, so leaders that
   * reach one another feed each other. Otherwise it uploads on them only if asked.
   */
  readonly announceOnRelays: boolean;
  /**
   * A follower draws a leader, and connects to it, as soon as it opens a connection to an outside
   * peer, so leaders stand among its first connections. Otherwise it waits for that peer's answer.
   */
  readonly eagerRelays: boolean;
  /**
   * A relay passes on what the outside peer says from now on. Otherwise a follower also hears what
   * that peer has said before it asked.
   */
  readonly forwardNewOnly: boolean;
}

/** What today's clients do; the default. */
export const CLIENT_QUIRKS: Quirks = {
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

/** What the original simulator did, which the published results were made with. */
export const ORIGINAL_QUIRKS: Quirks = {
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
