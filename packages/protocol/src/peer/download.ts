/**
 * The downloading side of a peer: what others hold, and what we request from them.
 *
 * On each unchoked connection some blocks are kept requested, those of the rarest pieces first. A
 * choke loses the outstanding requests: their blocks may be requested on other connections at once.
 * On a choked connection only the pieces that its other side allows are requested (allowed fast);
 * those requests outlast a choke.
 * Blocks that have arrived are kept until their piece is complete, whoever sends the others.
 *
 *                 fill                                    fill finds nothing
 *     satisfied ◀────── room for more requests ───────────▶ starving: only a `have`, or requests
 *         │                     ▲                           that are lost elsewhere, help
 *         └── blocks arrive ────┘
 *
 * The performance of `have` matters most, because nine of ten messages are a `have`.
 */

import { bitsOfSpan } from '../blocks.ts';
import { type BlockIndex, type Connection, NO_PIECE, type PieceIndex, pieceOf } from '../ids.ts';
import type { DownloadRules } from '../rules/rules.ts';
import { AM_INTERESTED, MAY_DOWNLOAD, PEER_CHOKING } from '../tables/connection-flags.ts';
import { DUPLICATE, type HaveOutcome, NO_ACTION } from '../tables/peer-tables.ts';
import type { PeerComponents } from './components.ts';
import { Endgame, isEndgame } from './endgame.ts';
import { Interest } from './interest.ts';
import { OutstandingRequests } from './outstanding-requests.ts';
import { PieceChoice } from './piece-choice.ts';
import { RequestableConnections } from './requestable-connections.ts';
import { RequestWindow } from './request-window.ts';
import { type Doubt, Unanswered } from './unanswered.ts';

/** A peer that has sent nothing for this time does not keep others from helping in the endgame. */
const SILENT_MS = 5_000;

export class Download {
  readonly #peer: PeerComponents;
  readonly #rules: DownloadRules;
  /** Undefined until it is needed. */
  #endgame: Endgame | undefined;
  /** Undefined if requests have no timeout. */
  readonly #unanswered: Unanswered | undefined;
  readonly #window: RequestWindow;
  readonly #choice: PieceChoice;
  /** Whether an unchoked neighbour has announced a piece since the last `#requestElsewhere`. */
  #hasNewHaves = false;
  readonly #requestable: RequestableConnections;
  readonly #requests: OutstandingRequests;
  readonly #interest: Interest;
  /** How many blocks have arrived that had arrived before. */
  wastedBlocks = 0;
  /** When bits of a block have arrived last. */
  lastReceivedMs: number = -Infinity;

  constructor(components: PeerComponents) {
    this.#peer = components;
    this.#rules = components.settings.rules.download;
    this.#requestable = new RequestableConnections(components);
    this.#requests = new OutstandingRequests(components);
    this.#interest = new Interest(components, this.#requests);
    this.#window = new RequestWindow(components);
    this.#choice = new PieceChoice(components, this.#window);
    if (components.partial === undefined) return;
    if (this.#peer.settings.client.requestTimeoutMs > 0)
      this.#unanswered = new Unanswered(components);
  }

  opened(connection: Connection): void {
    this.#window.opened(connection);
    this.#choice.reset(connection);
  }

  /** A connection is closed: its other side no longer holds anything. Call before it is reused. */
  closed(connection: Connection): void {
    this.#requests.loseAll(connection);
    this.#peer.connections.applyDueHaves();
    this.#requestable.closed(connection);
    this.#unanswered?.closed(connection);
    this.#window.closed(connection);
    this.#peer.connections.setFlags(connection, 0);
    this.#peer.picker.removeAllHolders(connection);
    if (this.#requests.hasLost) this.#requestElsewhere(connection);
  }

  /** We may download on a connection from now on. What its other side holds is to be reported. */
  permit(connection: Connection): void {
    const flags = this.#peer.connections.flags(connection) | MAY_DOWNLOAD;
    this.#peer.connections.setFlags(connection, flags);
    if ((flags & PEER_CHOKING) !== 0) return;
    this.#requestable.addUnchoked(connection);
    this.#fill(connection);
  }

  /**
   * We may not download on a connection any more. What is requested is cancelled, and requested
   * elsewhere; blocks that arrive nevertheless are kept.
   */
  forbid(connection: Connection): void {
    this.#requests.loseAll(connection, (block, count) => {
      if (this.#peer.partial !== undefined) this.#peer.host.cancel(connection, block, count);
    });
    this.#peer.connections.applyDueHaves();
    this.#peer.connections.stopDeferring(connection);
    this.#interest.end(connection);
    this.#requestable.closed(connection);
    this.#peer.allowedFast?.withdrawAll(connection);
    this.#unanswered?.closed(connection);
    this.#window.setStarving(connection, false);
    const flags = this.#peer.connections.flags(connection);
    this.#peer.connections.setFlags(connection, flags & ~MAY_DOWNLOAD);
    this.#peer.picker.removeAllHolders(connection);
    this.#peer.connections.forgetPieces(connection);
    if (this.#requests.hasLost) this.#requestElsewhere(connection);
  }

  /** Acts on a `have` that the tables have recorded, unless its outcome is NO_ACTION. */
  afterHave(connection: Connection, piece: PieceIndex, outcome: HaveOutcome): void {
    const flags = this.#peer.connections.flags(connection);
    const isChoked = (flags & PEER_CHOKING) !== 0;
    if (outcome === DUPLICATE) this.#onDuplicateHave(connection, piece, isChoked);
    this.#interest.begin(connection, piece);
    if (isChoked) {
      // Like libtorrent, we ask for what is allowed when our interest begins. A later `have` has
      // no effect, so that hosts may defer it.
      if ((flags & AM_INTERESTED) === 0) this.#fillIfAllowed(connection);
      return;
    }
    this.#hasNewHaves = true;
    if (!this.#rules.requestsOnHave || !this.#window.isStarving(connection)) return;
    if (this.#peer.picker.isRequestable(piece)) this.#fill(connection);
    else if (this.#requests.countOn(connection) === 0) this.#requestBusy(connection);
  }

  unchoke(connection: Connection): void {
    this.#peer.connections.stopDeferring(connection);
    const flags = this.#peer.connections.flags(connection);
    this.#peer.connections.setFlags(connection, flags & ~PEER_CHOKING);
    if ((flags & MAY_DOWNLOAD) === 0) return;
    if ((flags & PEER_CHOKING) !== 0) this.#requestable.addUnchoked(connection);
    this.#fill(connection);
  }

  choke(connection: Connection): void {
    const before = this.#peer.connections.flags(connection);
    const flags = before | PEER_CHOKING;
    if (before === flags) {
      // A repeated choke, as the original sends it: there is nothing to lose.
      this.#requests.loseNone();
    } else {
      this.#peer.connections.setFlags(connection, flags);
      this.#requestable.removeUnchoked(connection);
      this.#requests.loseByChoke(connection);
      this.#unanswered?.lost(connection);
      if (this.#requests.countOn(connection) === 0) this.#window.choked(connection);
      else this.#requestable.addChoked(connection);
      this.#choice.reset(connection);
    }
    const { hasLost } = this.#requests;
    if (this.#rules.requestsElsewhere(hasLost, this.#hasNewHaves)) {
      this.#requestElsewhere(connection);
    }
    this.#fillIfAllowed(connection);
    if (hasLost) return;
    if ((flags & AM_INTERESTED) !== 0) {
      this.#interest.endIfUseless(connection);
    } else if (this.#rules.beginsInterestOnChoke && this.#interest.isWorth(connection)) {
      this.#interest.begin(connection);
    }
  }

  /** The other side lets us request `piece` while it chokes us. */
  allowedFast(connection: Connection, piece: PieceIndex): void {
    const allowedFast = this.#peer.allowedFast;
    if (allowedFast === undefined || this.#peer.picker.isStored(piece)) return;
    if ((this.#peer.connections.flags(connection) & MAY_DOWNLOAD) === 0) return;
    // A leader that we follow may not hold what it announces, and may not know that it leads us.
    if (this.#peer.leadership.role === 'leader' && this.#window.isToLeader(connection)) return;
    allowedFast.allow(connection, piece);
    if (!this.#isUnchoked(connection)) this.#fillIfAllowed(connection);
  }

  /** The other side does not hold `piece` after all; requests it from another that does. */
  dontHave(connection: Connection, piece: PieceIndex): void {
    if (this.#peer.connections.removePiece(connection, piece))
      this.#peer.picker.removeHolder(piece);
    this.#peer.allowedFast?.withdraw(connection, piece);
    this.#interest.withdrawn(connection);
    this.#requests.losePiece(connection, piece);
    if (this.#requests.hasLost) {
      this.requestMore(connection);
      this.#requestElsewhere(connection);
    } else {
      this.#interest.endIfUseless(connection);
    }
  }

  /** Receives blocks; returns whether they complete a piece that we lacked. */
  receive(connection: Connection, block: BlockIndex, count: number): boolean {
    const requested = this.#requests.remove(connection, block, count);
    this.lastReceivedMs = this.#peer.host.nowMs;
    const partial = this.#peer.partial;
    if (partial === undefined) {
      this.#peer.settings.rules.rates.add(
        this.#peer.tables.received,
        this.#peer.row,
        connection,
        this.#peer.host.nowMs,
      );
      return true;
    }
    this.#window.received(connection, bitsOfSpan(this.#peer.settings.layout, block, count));
    const piece = pieceOf(block, this.#peer.settings.layout.blocksPerPiece);
    if (this.#peer.picker.isStored(piece)) {
      this.wastedBlocks += count;
      return false;
    }
    const newCount = partial.receive(block, count);
    this.wastedBlocks += count - newCount;
    // What is not requested any more may arrive nevertheless, and is not requested again then.
    if (requested < count && !partial.hasFree(piece)) this.#peer.picker.markRequested(piece);
    if (partial.endedRequests > requested) this.#cancelElsewhere(connection, block, count);
    const isComplete = partial.isComplete(piece);
    const unanswered = this.#unanswered;
    if (unanswered === undefined) return isComplete;
    if (requested > 0) unanswered.answered(connection, block, count);
    if (!unanswered.hasDoubts) return isComplete;
    for (const doubt of unanswered.hasSent(connection, piece)) {
      if (doubt.piece !== piece || !isComplete) this.#believe(doubt);
    }
    return isComplete;
  }

  /** All blocks of `piece` have arrived; returns false if it was stored before. */
  store(piece: PieceIndex): boolean {
    this.#peer.partial?.remove(piece);
    this.#peer.allowedFast?.stored(piece);
    const isNew = this.#peer.picker.store(piece);
    if (this.#peer.picker.isComplete) this.#endgame = undefined;
    return isNew;
  }

  /** Receives blocks of a piece that we lack without a request; see `Peer.restoreBlocks`. */
  restoreBlocks(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.#peer.settings.layout.blocksPerPiece);
    this.#peer.partial?.receive(block, count);
    if (this.#peer.partial?.hasFree(piece) === false) this.#peer.picker.markRequested(piece);
  }

  /** Blocks of a piece that we lack have arrived in vain: they are requested again. */
  discard(block: BlockIndex, count: number): void {
    this.#requests.loseReceived(block, count);
    for (let index = 0; index < this.#requestable.unchokedCount; index++) {
      const connection = this.#requestable.unchoked(index);
      if (!this.#window.isStarving(connection)) this.#refill(connection);
    }
    this.#requestElsewhere(undefined);
  }

  /** The number of blocks requested on a connection that have not arrived. */
  outstandingOn(connection: Connection): number {
    return this.#requests.countOn(connection);
  }

  isRequestedOn(connection: Connection, block: BlockIndex, count: number): boolean {
    return this.#requests.hasAny(connection, block, count);
  }

  isRequested(piece: PieceIndex): boolean {
    return this.#peer.partial !== undefined && this.#peer.partial.requestCount(piece) > 0;
  }

  isSnubbing(connection: Connection): boolean {
    return this.#window.isSnubbing(connection);
  }

  isDoubted(connection: Connection, piece: PieceIndex): boolean {
    return this.#unanswered?.isDoubted(connection, piece) === true;
  }

  /** Whether the other side has announced a piece that we lack, requested elsewhere or not. */
  isLackingFrom(connection: Connection, except?: Uint32Array): boolean {
    this.#peer.connections.applyDueHaves();
    if (except !== undefined) {
      const { announced } = this.#peer.connections;
      const start = this.#peer.connections.announcedStart(connection);
      const others = except.map((word, index) => announced[start + index]! & ~word);
      return this.#peer.picker.findLacked(others, 0) !== NO_PIECE;
    }
    const isDoubted = this.#unanswered?.isAnyDoubtedOn(connection) === true;
    return isDoubted || this.#isLackingAnnounced(connection);
  }

  /** The same without the pieces that we doubt that it holds. */
  #isLackingAnnounced(connection: Connection): boolean {
    const start = this.#peer.connections.announcedStart(connection);
    return this.#peer.picker.findLacked(this.#peer.connections.announced, start) !== NO_PIECE;
  }

  /** Whether all blocks of `piece` have arrived and it is not stored yet. */
  isReceived(piece: PieceIndex): boolean {
    return this.#peer.partial !== undefined && this.#peer.partial.isComplete(piece);
  }

  /** Sends requests after blocks have arrived. `isStored`: they have completed a piece. */
  afterPiece(connection: Connection, piece: PieceIndex, isStored: boolean): void {
    const isStarving = this.#window.isStarving(connection);
    if (!this.#rules.requestsOnHave || !isStarving) this.#refill(connection);
    else if (!this.#isUnchoked(connection)) this.requestMore(connection);
    else if (this.#requests.countOn(connection) === 0) this.#starve(connection);
    if (isStored) this.afterStored(piece);
  }

  /** Ends the interest in connections that hold nothing that we lack, after a piece was stored. */
  afterStored(piece: PieceIndex): void {
    if (this.#rules.isInterestedInLacked) this.#interest.afterStored(piece);
  }

  /** Bits of requested blocks have arrived before the whole block; see `Peer.arriving`. */
  arriving(connection: Connection, bits: number, kbps: number): void {
    if (bits > 0) this.lastReceivedMs = this.#peer.host.nowMs;
    this.#window.arriving(connection, bits, kbps);
    if (!this.#window.isStarving(connection)) this.#refill(connection);
    else this.#helpOthers(connection);
  }

  /** What is to be done once in a round of the choker. */
  round(): void {
    if (this.#unanswered !== undefined) this.#checkTimeouts(this.#unanswered);
    if (!this.#rules.isInterestedInLacked) return;
    for (let index = 0; index < this.#requestable.unchokedCount; index++) {
      this.#helpOthers(this.#requestable.unchoked(index));
    }
    this.#requestable.keepChoked((connection) => this.#requests.countOn(connection) > 0);
  }

  /** Requests what a connection has room for, or ends the interest in it if nothing is left. */
  requestMore(connection: Connection): void {
    if (this.#mayRequest(connection)) {
      this.#fill(connection);
    } else if (this.#rules.endsInterestWhileChoked) {
      this.#interest.endIfUseless(connection);
    }
  }

  /** Whether we may request any piece, or one that is allowed while we are choked. */
  #mayRequest(connection: Connection): boolean {
    return (
      this.#isUnchoked(connection) || this.#peer.allowedFast?.isAnyAllowed(connection) === true
    );
  }

  #isUnchoked(connection: Connection): boolean {
    const flags = this.#peer.connections.flags(connection);
    return (flags & (MAY_DOWNLOAD | PEER_CHOKING)) === MAY_DOWNLOAD;
  }

  #onDuplicateHave(connection: Connection, piece: PieceIndex, isChoked: boolean): void {
    // A leader that repeats a `have` has got a piece that it lacked: repeat the requests.
    const mayRepeat = this.#peer.leadership.role !== 'peer' && !isChoked;
    if (mayRepeat && this.#repeatRequests(connection, piece)) return;
    if (this.#rules.countsDuplicateHaves) this.#peer.picker.addHolder(piece);
  }

  /** Repeats the outstanding requests for blocks of `piece`; returns whether there are any. */
  #repeatRequests(connection: Connection, piece: PieceIndex): boolean {
    const { blocksPerPiece } = this.#peer.settings.layout;
    const first = (piece * blocksPerPiece) as BlockIndex;
    let isRepeated = false;
    this.#requests.each(connection, first, blocksPerPiece, (block, count) => {
      this.#peer.host.request(connection, block, count);
      isRepeated = true;
    });
    return isRepeated;
  }

  /** Fills the connection again when few enough of its requests are outstanding. */
  #refill(connection: Connection): void {
    if (!this.#mayRequest(connection)) return this.requestMore(connection);
    if (this.#window.needsRefill(connection)) this.#fill(connection);
  }

  /** Requests what the other side allows while it chokes us. */
  #fillIfAllowed(connection: Connection): void {
    const allowedFast = this.#peer.allowedFast;
    if (allowedFast?.isAnyAllowed(connection) !== true) return;
    // Most often the other side does not hold what it allows.
    this.#peer.connections.applyDueHaves();
    const isIdle = this.#requests.countOn(connection) === 0;
    if (isIdle && allowedFast.piecesOn(connection) === undefined) this.#starve(connection);
    else this.#fill(connection);
  }

  /** Requests blocks until as many are outstanding as should be, or none are left. */
  #fill(connection: Connection): void {
    const target = this.#window.target(connection);
    let outstanding = this.#window.outstanding(connection);
    // The target may have fallen, so that a connection that starved is full now.
    if (outstanding >= target) return this.#window.setStarving(connection, false);
    const isWhole = this.#choice.begin(connection);
    const most = isWhole ? this.#peer.settings.layout.blocksPerPiece : Math.ceil(target / 2);
    while (outstanding < target) {
      const piece = this.#choice.next();
      if (piece === NO_PIECE) return this.#starve(connection);
      const count = isWhole ? most : Math.min(most, target - outstanding);
      outstanding += this.#requestPart(connection, piece, count);
      this.#choice.requested(piece);
    }
    this.#window.setStarving(connection, false);
  }

  /** Nothing is left to request on a connection. */
  #starve(connection: Connection): void {
    this.#window.setStarving(connection, true);
    const hasRequests = this.#requests.countOn(connection) > 0;
    if (!this.#isUnchoked(connection)) {
      // One who has choked us does not help others in the endgame.
      const mayEnd = !hasRequests && this.#rules.endsInterestWhileChoked;
      return mayEnd ? this.#interest.endIfUseless(connection) : undefined;
    }
    if (hasRequests && this.#peer.settings.client.endgame === 'strict') return;
    if (hasRequests) this.#requestBusy(connection);
    else if (!this.#rules.isInterestedInLacked) this.#interest.end(connection);
    else if (!this.#requestBusy(connection)) this.#interest.endIfUseless(connection);
  }

  /** Requests up to `most` adjacent blocks of `piece`; returns their number. */
  #requestPart(connection: Connection, piece: PieceIndex, most: number): number {
    const partial = this.#peer.partial;
    if (partial === undefined) {
      this.#peer.picker.markRequested(piece);
      this.#request(connection, piece as number as BlockIndex, 1);
      return 1;
    }
    const block = partial.firstFree(piece, most);
    const count = partial.foundCount;
    partial.request(block, count);
    this.#request(connection, block, count);
    if (!partial.hasFree(piece)) {
      this.#peer.picker.markRequested(piece);
      if (!this.#peer.picker.hasAnyRequestable()) this.#beginEndgame(connection);
    }
    return count;
  }

  #request(connection: Connection, block: BlockIndex, count: number): void {
    this.#window.requesting(connection);
    this.#requests.add(connection, block, count);
    if (!this.#isUnchoked(connection)) this.#requestable.addChoked(connection);
    this.#interest.begin(connection);
    this.#peer.host.request(connection, block, count);
  }

  // Endgame.

  /** The last free block has been requested: the connections that starve may help the others. */
  #beginEndgame(except: Connection): void {
    for (let index = 0; index < this.#requestable.unchokedCount; index++) {
      const connection = this.#requestable.unchoked(index);
      if (connection !== except && this.#window.isStarving(connection)) this.#starve(connection);
    }
  }

  /** Requests blocks that are requested elsewhere; returns whether there are any. */
  #requestBusy(connection: Connection): boolean {
    if (!isEndgame(this.#peer)) return false;
    const endgame = (this.#endgame ??= new Endgame(this.#peer));
    if (!endgame.findBlocks(connection, (block) => this.#isWithheld(block))) return false;
    for (const { block, count } of endgame.found) {
      this.#peer.partial!.request(block, count);
      this.#request(connection, block, count);
    }
    return true;
  }

  /** Whether one of whom `block` is requested is silent, or snubs us. */
  #isWithheld(block: BlockIndex): boolean {
    return this.#requestable.all.some(
      (connection) =>
        this.#requests.hasAny(connection, block, 1) &&
        (this.#window.isSnubbing(connection) || this.#window.isSilent(connection, SILENT_MS)),
    );
  }

  /** Lets a connection on which nothing is requested help others, if it can by now. */
  #helpOthers(connection: Connection): void {
    if (!this.#isUnchoked(connection) || !this.#window.isStarving(connection)) return;
    if (this.#requests.countOn(connection) === 0) this.#requestBusy(connection);
  }

  /** Blocks have arrived that are requested on other connections, too. */
  #cancelElsewhere(from: Connection, block: BlockIndex, count: number): void {
    if (!this.#peer.settings.client.endgameCancels) return;
    for (const connection of this.#requestable.all) {
      if (connection === from) continue;
      if (!this.#requests.hasAny(connection, block, count)) continue;
      this.#requests.each(connection, block, count, (first, each) =>
        this.#peer.host.cancel(connection, first, each),
      );
      this.#requests.remove(connection, block, count);
      if (this.#requests.countOn(connection) === 0) this.requestMore(connection);
    }
  }

  // Timeouts.

  /** Gives up on the peers that have sent nothing for too long, and on requests of others. */
  #checkTimeouts(unanswered: Unanswered): void {
    if (unanswered.hasDoubts) for (const doubt of unanswered.takeOld()) this.#believe(doubt);
    const { requestTimeoutMs } = this.#peer.settings.client;
    for (const connection of this.#requestable.all) {
      if (this.#requests.countOn(connection) === 0) continue;
      if (this.#window.isOverdue(connection, requestTimeoutMs)) this.#snub(connection, unanswered);
      else if (!this.#window.isToLeader(connection)) this.#checkOldest(connection, unanswered);
    }
  }

  /** The other side does not answer: requests its blocks elsewhere, and here only one at a time. */
  #snub(connection: Connection, unanswered: Unanswered): void {
    const isSilent = this.#window.isSilent(connection, this.#peer.settings.client.requestTimeoutMs);
    const pieces = isSilent ? unanswered.requestedOn(connection) : [];
    this.#requests.loseAll(connection, (block, count) => {
      this.#peer.host.cancel(connection, block, count);
    });
    this.#window.setSnubbing(connection);
    unanswered.lost(connection);
    this.#peer.connections.applyDueHaves();
    for (const piece of pieces) unanswered.doubt(connection, piece, true);
    this.#interest.withdrawn(connection);
    if (!this.#isLackingAnnounced(connection)) {
      for (const doubt of unanswered.takeOnlyOn(connection)) this.#believe(doubt);
    }
    this.#requestElsewhere(connection);
    this.requestMore(connection);
  }

  /** Gives up on the oldest request of a connection if the other side has passed it over. */
  #checkOldest(connection: Connection, unanswered: Unanswered): void {
    const piece = unanswered.overtakenOn(connection);
    if (piece === NO_PIECE) return;
    const { blocksPerPiece } = this.#peer.settings.layout;
    const first = (piece * blocksPerPiece) as BlockIndex;
    this.#requests.each(connection, first, blocksPerPiece, (block, count) => {
      this.#peer.host.cancel(connection, block, count);
    });
    this.#requests.losePiece(connection, piece);
    this.#peer.connections.applyDueHaves();
    unanswered.doubt(connection, piece, false);
    this.#interest.withdrawn(connection);
    this.#requestElsewhere(connection);
    this.requestMore(connection);
  }

  /** The other side counts as a holder of a piece again. */
  #believe({ connection, piece }: Doubt): void {
    const outcome = this.#peer.tables.have(this.#peer.row, connection, piece);
    if (outcome !== NO_ACTION && outcome !== DUPLICATE) {
      this.afterHave(connection, piece, outcome);
    }
  }

  // Lost requests.

  /** Sends requests on all unchoked connections except one, for what was lost on that one. */
  #requestElsewhere(except: Connection | undefined): void {
    this.#hasNewHaves = false;
    this.#peer.connections.applyDueHaves();
    for (let index = 0; index < this.#requestable.unchokedCount; index++) {
      const connection = this.#requestable.unchoked(index);
      if (connection === except || !this.#window.isStarving(connection)) continue;
      // There is room, so under `requestsOnHave` only lost pieces can be requestable.
      if (!this.#rules.requestsOnHave || this.#requests.holdsLostPiece(connection)) {
        this.#fill(connection);
      } else if (!this.#rules.isInterestedInLacked && this.#requests.countOn(connection) === 0) {
        this.#interest.end(connection);
      }
    }
  }
}
