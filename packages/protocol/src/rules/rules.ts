/**
 * The decisions in which clients and the original simulator differ, as a peer uses them.
 *
 * There are two sets of rules, `client.ts` and `original.ts`; `rulesFor` composes the rules of a
 * peer from both, by its quirks. The code of a peer reads these rules and no quirks.
 */

import type { Choker } from '../choker/choker.ts';
import type { ChokerName, SeedChokerName } from '../choker/chokers.ts';
import type { BlockIndex, Connection, PieceIndex } from '../ids.ts';
import type { Forwarder } from '../peer/forwarder.ts';
import type { BlockQueues } from '../tables/block-queues.ts';
import type { RateMeter } from '../tables/rate-meter.ts';

/** The rules of a peer. */
export interface Rules {
  readonly rates: RateRules;
  readonly upload: UploadRules;
  readonly download: DownloadRules;
  readonly relay: RelayRules;
}

/** How the rates of connections are measured, in both directions. */
export interface RateRules {
  /** Records that a connection has carried a piece. */
  readonly add: (meter: RateMeter, row: number, connection: Connection, nowMs: number) => void;
  /** Updates the rates of all connections of a row, before the choker reads them. */
  readonly refresh: (meter: RateMeter, row: number, nowMs: number) => void;
}

/** The decisions of the uploading side. */
export interface UploadRules {
  /** The chokers of leechers. */
  readonly chokers: Readonly<Record<ChokerName, Choker>>;
  /** The chokers of seeds. */
  readonly seedChokers: Readonly<Record<SeedChokerName, Choker>>;
  /** Whether a slot that becomes free is given to another connection before the next round. */
  readonly fillsFreeSlots: boolean;
  /** Whether pieces are announced on a new connection by one message. */
  readonly sendsBitfield: boolean;
  /** Whether the block that is being sent is finished before a choke. */
  readonly finishesBlock: boolean;
  /** Whether optimistic unchokes stay for their time (`ClientOptions.optimisticMs`). */
  readonly keepsOptimistics: boolean;
  /**
   * Whether a rechoke sends choke or unchoke on a connection whose state it changes from `before`
   * to `after`: CHOKE, UNCHOKE or UNCHOKE_OPTIMISTICALLY, possibly the same.
   */
  readonly sendsDecision: (before: number, after: number) => boolean;
  /** Whether a request on a choked connection is served. */
  readonly servesChoked: boolean;
  /** Whether a request is ignored because its blocks are already queued on the connection. */
  readonly isDuplicateRequest: (
    queued: BlockQueues,
    row: number,
    connection: Connection,
    block: BlockIndex,
    count: number,
  ) => boolean;
}

/** The decisions of the downloading side. */
export interface DownloadRules {
  /**
   * Whether a `have` on an unchoked connection leads to a request at once. If so, an unchoked
   * neighbour never has a requestable piece while there is room in the backlog of its connection.
   */
  readonly requestsOnHave: boolean;
  /**
   * Whether a choke makes the peer send requests on its other unchoked connections. `hasLost`: the
   * choke has lost requests; `hasNewHaves`: an unchoked neighbour has announced a piece since
   * such requests were last sent.
   */
  readonly requestsElsewhere: (hasLost: boolean, hasNewHaves: boolean) => boolean;
  /** Whether a choke makes the peer interested again if the other side has a requestable piece. */
  readonly beginsInterestOnChoke: boolean;
  /** Whether a piece that arrives after a choke may end the interest in the connection. */
  readonly endsInterestWhileChoked: boolean;
  /** Whether a piece that arrives again is announced again. */
  readonly announcesDuplicates: boolean;
  /**
   * Whether the peer is interested while the other side holds a piece that it lacks, and not only
   * while it can request one or has done so.
   */
  readonly isInterestedInLacked: boolean;
  /** Whether a repeated `have` counts in the availability of its piece. */
  readonly countsDuplicateHaves: boolean;
}

/** The decisions of leaders and followers. */
export interface RelayRules {
  /** Creates what decides which followers a leader forwards a `have` to. */
  readonly createForwarder: (pieceCount: number, isStored: IsStored) => Forwarder;
  /** What a leader may do on a relay: a sum of MAY_UPLOAD, ANNOUNCES and MAY_DOWNLOAD. */
  readonly permissions: number;
  /**
   * Whether a follower asks a leader to relay an outside peer as soon as it opens a connection to
   * that peer, and not when that peer has answered.
   */
  readonly startsBeforeAnswer: boolean;
  /** Whether a new relay forwards what the outside peer has announced before. */
  readonly forwardsEarlierHaves: boolean;
}

/** Whether the peer stores `piece`. */
export type IsStored = (piece: PieceIndex) => boolean;
