/**
 * Looks up messages in the log of a run, which `cachetorrent run --log` has written as JSON Lines:
 *
 *     {"ms":2210.5,"from":17,"to":3,"kind":"have","piece":40}
 *     {"ms":2213,"from":3,"to":17,"kind":"request","piece":40,"block":8,"blocks":2}
 */

/** A message, or several that follow one another, of a log. */
export interface LoggedMessage {
  /** The simulated time at which it was sent, in ms. */
  readonly ms: number;
  /** The id of the node that sent it; 0 is the tracker. */
  readonly from: number;
  /** The id of the node that it was sent to. */
  readonly to: number;
  /** Its kind, such as `have`. */
  readonly kind: string;
  /** The piece that it names, if it names one. */
  readonly piece?: number;
  /** The first block that it names, if it names any. */
  readonly block?: number;
  /** The number of these blocks. */
  readonly blocks?: number;
}

/** Which messages are looked up. */
export interface MessageQuery {
  /** From this simulated time on, in ms. */
  readonly fromMs: number;
  /** Those from or to this node only. */
  readonly peer?: number;
  /** Those from or to a node of this AS only. */
  readonly as?: number;
  /** Those of this kind only. */
  readonly kind?: string;
  /** At most so many. */
  readonly limit: number;
  /** Only those after this position, which an earlier page has given. */
  readonly after?: number;
}

/** Messages that have been looked up. */
export interface MessagePage {
  /** The messages, in the order of the log. */
  readonly messages: readonly LoggedMessage[];
  /** The position after the last of them: `after` of the next page. None if there are no more. */
  readonly next?: number;
}
