/**
 * How things stand on one connection, as far as both sides must agree on it. What is heard
 * (`Hearer`) and what is said (`Speaker`) both change it.
 */

import type { EventQueue } from './event-buffer.ts';
import type { ExtendedHandshake } from '../extensions/extended-handshake.ts';
import type { FrameEncoder } from '../codec/frame-encoder.ts';
import type { Features } from '../codec/handshake.ts';
import type { WireLimits } from '../codec/limits.ts';
import { PieceBits } from '../codec/piece-bits.ts';
import { RequestList } from './request-list.ts';
import type { Fault, Profile, Reaction } from './violation-rules.ts';
import type { SessionEvent } from './events.ts';
import {
  bytesOfPiece,
  type SessionOptions,
  type SessionTorrent,
  type TorrentShape,
} from './options.ts';
import type { Violations } from './violations.ts';
import { WireError } from '../codec/wire-error.ts';

const NOTHING: TorrentShape = { totalBytes: 0, pieceBytes: 0, pieceCount: 0 };

export class Conversation {
  readonly options: SessionOptions;
  readonly profile: Profile;
  readonly limits: WireLimits;
  readonly torrent: SessionTorrent;
  /** Without metadata: no pieces. */
  readonly shape: TorrentShape;
  /** What both sides offered. */
  readonly features: Features;

  readonly output: FrameEncoder;
  readonly events: EventQueue<SessionEvent>;
  readonly violations: Violations;
  /** The latest time that we were told. */
  nowMs: number;
  /** When we last choked it; at first, when it connected. */
  chokedAtMs: number;

  /** A message has come after which a bitfield is late. */
  isUnderWay = false;

  amChoking = true;
  amInterested = false;
  isChokingUs = true;
  isInterestedInUs = false;

  /** What it has said it holds. */
  readonly theirPieces: PieceBits;
  /** What we have said we hold, and what we have said we can get (`ct_have`). */
  readonly ourPieces: PieceBits;
  readonly relayedPieces: PieceBits;

  readonly theirRequests: RequestList;
  readonly ourRequests: RequestList;

  /** For each piece that we allow it while it is choked: the requests for it so far. */
  readonly allowedToThem: Map<number, number> = new Map();
  readonly allowedToUs: Set<number> = new Set();

  /** The numbers by which it wants to be told each extension. */
  readonly theirExtensions: Map<string, number> = new Map();
  /** What it has said of itself; `requestQueue` bounds what we ask at once. */
  theirHandshake: ExtendedHandshake | undefined;

  constructor(
    options: SessionOptions,
    limits: WireLimits,
    torrent: SessionTorrent,
    features: Features,
    output: FrameEncoder,
    events: EventQueue<SessionEvent>,
    violations: Violations,
    nowMs: number,
  ) {
    this.options = options;
    this.profile = options.profile ?? 'interop';
    this.limits = limits;
    this.torrent = torrent;
    this.shape = torrent.shape ?? NOTHING;
    this.features = features;
    this.output = output;
    this.events = events;
    this.violations = violations;
    this.nowMs = nowMs;
    this.chokedAtMs = nowMs;
    this.theirPieces = new PieceBits(this.shape.pieceCount);
    this.ourPieces = new PieceBits(this.shape.pieceCount);
    this.relayedPieces = new PieceBits(this.shape.pieceCount);
    this.theirRequests = new RequestList(limits.incomingRequests);
    this.ourRequests = new RequestList(limits.outgoingRequests);
  }

  /**
   * The other side broke a rule. Throws WireError where that ends it; else returns how to take
   * the message.
   */
  breach(fault: Fault, detail: string, amount = 1): Reaction {
    const reaction = this.violations.add(fault, this.nowMs, this.features.fast, amount);
    if (reaction === 'close') throw new WireError(fault, detail);
    this.events.push({ type: 'violation', fault, reaction, detail });
    return reaction;
  }

  /** `message` may be said only where both have the fast extension (BEP 6: MUST close). */
  needFast(message: string): void {
    if (this.features.fast) return;
    this.breach('fast-not-negotiated', `${message} without the fast extension`);
  }

  /** Whether bytes `begin` to `begin + length` are in `piece`. Numbers are exact: no overflow. */
  isInRange(piece: number, begin: number, length: number): boolean {
    return piece < this.shape.pieceCount && begin + length <= bytesOfPiece(this.shape, piece);
  }

  /** How many requests of ours may be open: one fewer than it lets wait, so that none is lost. */
  get requestsMax(): number {
    const theirs = this.theirHandshake?.requestQueue;
    const most = this.limits.outgoingRequests;
    return theirs === undefined ? most : Math.min(most, Math.max(1, theirs - 1));
  }

  /** Refuses a request, where there is a way to say so. */
  reject(piece: number, begin: number, length: number): void {
    if (!this.features.fast) return;
    this.checkOutput();
    this.output.reject(piece, begin, length);
  }

  /** To be called before what a stranger can have said as often as it likes. */
  checkOutput(): void {
    const waiting = this.output.length;
    if (waiting <= this.limits.outputBytes) return;
    throw new WireError('output-overflow', `it does not read: ${waiting} bytes wait`);
  }
}
