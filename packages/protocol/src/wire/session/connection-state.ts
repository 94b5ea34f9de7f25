/**
 * The state of one connection that both sides share. Received messages (`MessageHandler`) and sent
 * messages (`MessageWriter`) change it.
 */

import type { FrameEncoder } from '../codec/frame-encoder.ts';
import type { Features } from '../codec/handshake.ts';
import type { WireLimits } from '../codec/limits.ts';
import {
  type Violation,
  type ViolationReaction,
  WireError,
  type WireProfile,
} from '../codec/violation-rules.ts';
import { WireBitfield } from '../codec/wire-bitfield.ts';
import type { ExtendedHandshake } from '../extensions/extended-handshake.ts';
import type { EventBuffer } from './event-buffer.ts';
import type { SessionEvent } from './events.ts';
import {
  bytesOfPiece,
  type PieceLayout,
  type SessionOptions,
  type SessionTorrent,
} from './options.ts';
import { RequestList } from './request-list.ts';
import type { ViolationCounter } from './violation-counter.ts';

const NO_PIECES: PieceLayout = { totalBytes: 0, pieceBytes: 0, pieceCount: 0 };

/** What the state of a connection is made of when the handshake is complete. */
interface ConnectionParts {
  readonly options: SessionOptions;
  readonly limits: WireLimits;
  readonly torrent: SessionTorrent;
  readonly features: Features;
  readonly output: FrameEncoder;
  readonly events: EventBuffer<SessionEvent>;
  readonly violations: ViolationCounter;
  readonly nowMs: number;
}

export class ConnectionState {
  readonly options: SessionOptions;
  readonly profile: WireProfile;
  readonly limits: WireLimits;
  readonly torrent: SessionTorrent;
  /** Has no pieces while the metadata is unknown. */
  readonly layout: PieceLayout;
  /** The features that both sides support. */
  readonly features: Features;

  readonly output: FrameEncoder;
  readonly events: EventBuffer<SessionEvent>;
  readonly violations: ViolationCounter;
  /** The latest time that the owner has passed in. */
  nowMs: number;
  /** When we last choked the peer; at first, when the handshake was complete. */
  chokedAtMs: number;

  /** A message has been received after which a bitfield is late. */
  isPastFirstMessage = false;

  amChoking = true;
  amInterested = false;
  peerChoking = true;
  peerInterested = false;

  /** The pieces that the peer has announced. */
  readonly peerPieces: WireBitfield;
  /** The pieces that we have announced. */
  readonly ownPieces: WireBitfield;
  /** The pieces that we have announced as obtainable from us (`ct_have`). */
  readonly relayedPieces: WireBitfield;

  readonly peerRequests: RequestList;
  readonly ownRequests: RequestList;

  /** For each piece that the peer may request while choked: the number of its requests so far. */
  readonly allowedFastByUs: Map<number, number> = new Map();
  /** The pieces that we may request while choked. */
  readonly allowedFastByPeer: Set<number> = new Set();

  /** The ids that the peer has assigned to extensions, by their name. */
  readonly peerExtensionIds: Map<string, number> = new Map();
  /** The peer's extended handshake; `requestQueue` bounds our outstanding requests. */
  peerExtendedHandshake: ExtendedHandshake | undefined;

  constructor({
    options,
    limits,
    torrent,
    features,
    output,
    events,
    violations,
    nowMs,
  }: ConnectionParts) {
    this.options = options;
    this.profile = options.profile ?? 'interop';
    this.limits = limits;
    this.torrent = torrent;
    this.layout = torrent.layout ?? NO_PIECES;
    this.features = features;
    this.output = output;
    this.events = events;
    this.violations = violations;
    this.nowMs = nowMs;
    this.chokedAtMs = nowMs;
    this.peerPieces = new WireBitfield(this.layout.pieceCount);
    this.ownPieces = new WireBitfield(this.layout.pieceCount);
    this.relayedPieces = new WireBitfield(this.layout.pieceCount);
    this.peerRequests = new RequestList(limits.incomingRequests);
    this.ownRequests = new RequestList(limits.outgoingRequests);
  }

  /**
   * Records and reports a violation by the peer, and returns the reaction to the message.
   *
   * @throws WireError if the reaction is to close the connection.
   */
  reportViolation(violation: Violation, detail: string, amount = 1): ViolationReaction {
    const reaction = this.violations.record(violation, this.nowMs, this.features.fast, amount);
    if (reaction === 'close') throw new WireError(violation, detail);
    this.events.push({ type: 'violation', violation, reaction, detail });
    return reaction;
  }

  /** Reports a violation unless both sides have the fast extension (BEP 6: MUST close). */
  requireFast(message: string): void {
    if (this.features.fast) return;
    this.reportViolation('fast-not-negotiated', `${message} without the fast extension`);
  }

  /** Returns whether bytes `begin` to `begin + length` are in `piece`; sums do not overflow. */
  isInRange(piece: number, begin: number, length: number): boolean {
    return piece < this.layout.pieceCount && begin + length <= bytesOfPiece(this.layout, piece);
  }

  /** The limit of our outstanding requests: below the peer's `reqq`, so that none is dropped. */
  get requestLimit(): number {
    const peerLimit = this.peerExtendedHandshake?.requestQueue;
    const ownLimit = this.limits.outgoingRequests;
    return peerLimit === undefined ? ownLimit : Math.min(ownLimit, Math.max(1, peerLimit - 1));
  }

  /** Sends a reject for a request, if both sides have the fast extension. */
  sendReject(piece: number, begin: number, length: number): void {
    if (!this.features.fast) return;
    this.checkOutputLimit();
    this.output.reject(piece, begin, length);
  }

  /**
   * Must be called before a message is sent that the peer can cause without limit.
   *
   * @throws WireError `output-overflow` if too many bytes wait to be sent.
   */
  checkOutputLimit(): void {
    const { pendingBytes } = this.output;
    if (pendingBytes <= this.limits.outputBytes) return;
    throw new WireError('output-overflow', `the peer does not read: ${pendingBytes} bytes wait`);
  }
}
