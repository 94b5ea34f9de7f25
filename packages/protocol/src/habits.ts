/**
 * What the original simulator of 2018 does and no BitTorrent client does.
 *
 * Its published times depend on these habits, so each can be switched on by itself; `docs/model.md`
 * says what each is worth. All on are the original's rules; all off are a client's.
 */

export interface Habits {
  /**
   * Choke and unchoke are sent at every rechoke, changed or not, and every choke empties the
   * link. A client sends changes only.
   */
  readonly repeatChokes: boolean;
  /**
   * Every rechoke draws new optimistic unchokes, also one that a change of interest caused. A
   * client keeps them for 30 seconds (BEP 3).
   */
  readonly restlessOptimistics: boolean;
  /** A request that arrives after the choke is served all the same. A client refuses it. */
  readonly serveWhileChoked: boolean;
  /**
   * Pieces arrive only at allocation instants, and a link that drains in between loses the rest
   * of the interval. Otherwise a piece arrives when its last bit has been sent.
   */
  readonly deliverAtInstants: boolean;
  /**
   * The rate of a connection is brought up to date only when a piece arrives on it, so that a
   * dead connection keeps its rank. A client uses a moving window (20 s).
   */
  readonly staleRates: boolean;
  /** A download asks for more only when unchoked or served, not when it hears of a new piece. */
  readonly silentHaves: boolean;
  /** Rarity counts every `have` that is heard, repeats included; a client counts holders. */
  readonly countRepeatedHaves: boolean;
  /**
   * A leader forwards a `have` once for each time that a follower asked it to reach the sender,
   * and also when it has told the follower of the piece already. Otherwise it says it once.
   */
  readonly repeatForwards: boolean;
  /**
   * A request for a piece that is queued on the link already is queued again, one source of
   * pieces that arrive twice. A client ignores it.
   */
  readonly queueRepeatedRequests: boolean;
  /**
   * On a connection that a follower opened only to follow a leader, it takes and does not give:
   * it neither says what it has nor uploads. On a client's connection both sides upload.
   */
  readonly oneWayToLeaders: boolean;
}

/** What today's clients do; the default. */
export const CLIENT_HABITS: Habits = {
  repeatChokes: false,
  restlessOptimistics: false,
  serveWhileChoked: false,
  deliverAtInstants: false,
  staleRates: false,
  silentHaves: false,
  countRepeatedHaves: false,
  repeatForwards: false,
  queueRepeatedRequests: false,
  oneWayToLeaders: false,
};

/** What the original simulator did, which the published results were made with. */
export const ORIGINAL_HABITS: Habits = {
  repeatChokes: true,
  restlessOptimistics: true,
  serveWhileChoked: true,
  deliverAtInstants: true,
  staleRates: true,
  silentHaves: true,
  countRepeatedHaves: true,
  repeatForwards: true,
  queueRepeatedRequests: true,
  oneWayToLeaders: true,
};
