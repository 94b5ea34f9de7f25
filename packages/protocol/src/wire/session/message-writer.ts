/**
 * What we say on a connection. Saying what makes no sense is our bug, and an assertion; what only
 * the other side's abilities forbid returns false, and nothing is said.
 */

import { assert } from '@cachetorrent/std';

import { type CacheTorrentMessage, encodeCacheTorrent } from '../extensions/cachetorrent.ts';
import type { Conversation } from './connection-state.ts';
import { encodeMetadataMessage, type MetadataMessage } from '../extensions/metadata-exchange.ts';
import { encodePeerExchange, type PeerExchange } from '../extensions/peer-exchange.ts';
import { NOT_FOUND } from './request-list.ts';

/** What can be said on a connection; `WireSession.say`. */
export class Speaker {
  readonly #to: Conversation;

  constructor(conversation: Conversation) {
    this.#to = conversation;
  }

  /**
   * What we hold, once, before anything else: as the shortest message that says it. In profile
   * `classic` a `have` for each piece.
   */
  holdings(bits: Uint8Array): void {
    const { ourPieces, output, features, profile } = this.#to;
    ourPieces.assign(bits);
    const { count, pieceCount } = ourPieces;
    if (profile === 'classic') {
      for (let piece = 0; piece < pieceCount; piece++) if (ourPieces.has(piece)) output.have(piece);
    } else if (features.fast && count === 0) output.haveNone();
    else if (features.fast && count === pieceCount) output.haveAll();
    else if (count > 0) output.bitfield(ourPieces.bytes.slice());
  }

  /** We hold `piece` now. */
  have(piece: number): void {
    assert(piece < this.#to.shape.pieceCount, 'a have names a piece of the torrent');
    this.#to.ourPieces.add(piece);
    this.#to.output.have(piece);
  }

  /**
   * We can get `piece` without holding it: it may ask. Said once more when we hold it; false
   * where the other side does not know CacheTorrent.
   */
  relayedHave(piece: number): boolean {
    if (!this.cacheTorrent({ name: 'ct_have', piece })) return false;
    this.#to.relayedPieces.add(piece);
    return true;
  }

  /** With the fast extension, rejects what was asked for and is not allowed fast. */
  choke(): void {
    const to = this.#to;
    to.chokedAtMs = to.nowMs;
    to.amChoking = true;
    to.output.choke();
    const { theirRequests } = to;
    for (let place = theirRequests.count - 1; place >= 0; place--) {
      const piece = theirRequests.pieceAt(place);
      if (to.features.fast && to.allowedToThem.has(piece)) continue;
      const begin = theirRequests.beginAt(place);
      if (to.features.fast) to.output.reject(piece, begin, theirRequests.lengthAt(place));
      theirRequests.remove(place);
    }
  }

  /** It may send us requests. */
  unchoke(): void {
    this.#to.amChoking = false;
    this.#to.output.unchoke();
  }

  /** It has a piece that we lack. */
  interested(): void {
    this.#to.amInterested = true;
    this.#to.output.interested();
  }

  /** It has no piece that we lack. */
  notInterested(): void {
    this.#to.amInterested = false;
    this.#to.output.notInterested();
  }

  /** Whether a request would be answered, by all that we know. */
  mayRequest(piece: number): boolean {
    const to = this.#to;
    return this.requestRoom > 0 && (!to.isChokingUs || to.allowedToUs.has(piece));
  }

  /** How many more requests may be open. */
  get requestRoom(): number {
    return Math.max(0, this.#to.requestsMax - this.#to.ourRequests.openCount);
  }

  /** Only where `mayRequest`. A request that is open already is not said again. */
  request(piece: number, begin: number, length: number): void {
    const { ourRequests, output } = this.#to;
    assert(this.#to.isInRange(piece, begin, length), 'a request is for bytes of the torrent');
    assert(this.mayRequest(piece), 'a request is made only where it may be answered');
    const place = ourRequests.find(piece, begin);
    if (place === NOT_FOUND) ourRequests.add(piece, begin, length);
    else if (ourRequests.isCancelled(place)) ourRequests.revive(place);
    else return;
    output.request(piece, begin, length);
  }

  /** The block may come all the same. */
  cancel(piece: number, begin: number, length: number): void {
    const { ourRequests, output } = this.#to;
    const place = ourRequests.findExactly(piece, begin, length);
    if (place === NOT_FOUND || ourRequests.isCancelled(place)) return;
    ourRequests.cancel(place);
    output.cancel(piece, begin, length);
  }

  /** Answers a request; false where it is not asked for any more, and nothing is said. */
  piece(piece: number, begin: number, block: Uint8Array): boolean {
    const { theirRequests, output } = this.#to;
    const place = theirRequests.findExactly(piece, begin, block.length);
    if (place === NOT_FOUND) return false;
    theirRequests.remove(place);
    output.piece(piece, begin, block);
    return true;
  }

  /** Refuses a request; without the fast extension it is only forgotten. */
  reject(piece: number, begin: number, length: number): void {
    const { theirRequests } = this.#to;
    const place = theirRequests.findExactly(piece, begin, length);
    if (place === NOT_FOUND) return;
    theirRequests.remove(place);
    this.#to.reject(piece, begin, length);
  }

  /** False without the fast extension. */
  suggest(piece: number): boolean {
    if (this.#to.features.fast) this.#to.output.suggest(piece);
    return this.#to.features.fast;
  }

  /** From now on it may ask for `piece` while choked. False without the fast extension. */
  allowFast(piece: number): boolean {
    const { features, allowedToThem, output } = this.#to;
    if (!features.fast) return false;
    if (!allowedToThem.has(piece)) allowedToThem.set(piece, 0);
    output.allowedFast(piece);
    return true;
  }

  /** The port of our node of the distributed hash table (BEP 5). */
  port(port: number): void {
    this.#to.output.port(port);
  }

  /** Whether the other side has listed this extension. */
  supports(extension: string): boolean {
    return this.#to.theirExtensions.has(extension);
  }

  /** False where the other side has not listed the message. */
  cacheTorrent(message: CacheTorrentMessage): boolean {
    return this.extended(message.name, encodeCacheTorrent(message));
  }

  /** BEP 9. False where the other side has not listed it. */
  metadata(message: MetadataMessage): boolean {
    return this.extended('ut_metadata', encodeMetadataMessage(message));
  }

  /** BEP 11. False where the other side has not listed it. */
  peerExchange(exchange: PeerExchange): boolean {
    return this.extended('ut_pex', encodePeerExchange(exchange));
  }

  /** BEP 54: we do not hold `piece` any more. */
  dontHave(piece: number): boolean {
    const payload = Uint8Array.of(piece >> 24, piece >> 16, piece >> 8, piece);
    if (!this.extended('lt_donthave', payload)) return false;
    this.#to.ourPieces.remove(piece);
    return true;
  }

  /** Any message of an extension. False where the other side has not listed it. */
  extended(extension: string, payload: Uint8Array): boolean {
    const id = this.#to.theirExtensions.get(extension);
    if (id === undefined) return false;
    this.#to.output.extended(id, payload);
    return true;
  }
}
