/**
 * Sends our messages on a connection. An invalid message is a bug of ours: an assertion fails. A
 * method returns false and sends nothing if the peer does not support the message.
 */

import { assert } from '@cachetorrent/std';

import { type CacheTorrentMessage, encodeCacheTorrent } from '../extensions/cachetorrent.ts';
import type { ConnectionState } from './connection-state.ts';
import { encodeMetadataMessage, type MetadataMessage } from '../extensions/metadata-exchange.ts';
import { encodePeerExchange, type PeerExchange } from '../extensions/peer-exchange.ts';
import { NOT_FOUND } from './request-list.ts';

/** Sends messages on a connection, and keeps the state of the connection up to date. */
export class MessageWriter {
  readonly #state: ConnectionState;

  constructor(state: ConnectionState) {
    this.#state = state;
  }

  /**
   * Announces the pieces that we hold, in the shortest message. Must be called once, before any
   * other method. In profile `classic` it sends one `have` per piece. `bits`: as in `bitfield`.
   */
  heldPieces(bits: Uint8Array): void {
    const { ownPieces, output, features, profile } = this.#state;
    ownPieces.assign(bits);
    const { count, pieceCount } = ownPieces;
    if (profile === 'classic') {
      for (let piece = 0; piece < pieceCount; piece++) if (ownPieces.has(piece)) output.have(piece);
    } else if (features.fast && count === 0) output.haveNone();
    else if (features.fast && count === pieceCount) output.haveAll();
    else if (count > 0) output.bitfield(ownPieces.bytes.slice());
  }

  /** Announces that we hold `piece`. */
  have(piece: number): void {
    assert(piece < this.#state.layout.pieceCount, 'a have is for a piece of the torrent');
    this.#state.ownPieces.add(piece);
    this.#state.output.have(piece);
  }

  /**
   * Announces that we can get `piece` although we do not hold it, so that the peer may request it.
   * Call `have` once we hold it. Returns false if the peer does not support CacheTorrent.
   */
  relayedHave(piece: number): boolean {
    if (!this.cacheTorrent({ name: 'ct_have', piece })) return false;
    this.#state.relayedPieces.add(piece);
    return true;
  }

  /**
   * Chokes the peer, and drops its outstanding requests. With the fast extension, each is rejected,
   * except those for pieces of the allowed fast set, which remain (BEP 6).
   */
  choke(): void {
    const state = this.#state;
    state.chokedAtMs = state.nowMs;
    state.amChoking = true;
    state.output.choke();
    const { peerRequests } = state;
    for (let index = peerRequests.count - 1; index >= 0; index--) {
      const piece = peerRequests.pieceAt(index);
      if (state.features.fast && state.allowedFastByUs.has(piece)) continue;
      const begin = peerRequests.beginAt(index);
      if (state.features.fast) state.output.reject(piece, begin, peerRequests.lengthAt(index));
      peerRequests.remove(index);
    }
  }

  /** Unchokes the peer: it may send us requests. */
  unchoke(): void {
    this.#state.amChoking = false;
    this.#state.output.unchoke();
  }

  /** Sends `interested`: the peer holds a piece that we lack. */
  interested(): void {
    this.#state.amInterested = true;
    this.#state.output.interested();
  }

  /** Sends `notInterested`: the peer holds no piece that we lack. */
  notInterested(): void {
    this.#state.amInterested = false;
    this.#state.output.notInterested();
  }

  /**
   * Returns whether we may request `piece`: there is a free slot, and we are not choked or it is
   * in our allowed fast set.
   */
  mayRequest(piece: number): boolean {
    const state = this.#state;
    return this.freeRequestSlots > 0 && (!state.peerChoking || this.mayRequestWhileChoked(piece));
  }

  /** Returns whether `piece` is in our allowed fast set. */
  mayRequestWhileChoked(piece: number): boolean {
    return this.#state.allowedFastByPeer.has(piece);
  }

  /** The number of further requests that may be outstanding. */
  get freeRequestSlots(): number {
    return Math.max(0, this.#state.requestLimit - this.#state.ownRequests.outstandingCount);
  }

  /** Requests a block; `mayRequest` must be true. Sends nothing if the request is outstanding. */
  request(piece: number, begin: number, length: number): void {
    const { ownRequests, output } = this.#state;
    assert(this.#state.isInRange(piece, begin, length), 'a request is within its piece');
    assert(this.mayRequest(piece), 'a request is sent only when mayRequest is true');
    const index = ownRequests.find(piece, begin);
    if (index === NOT_FOUND) ownRequests.add(piece, begin, length);
    else if (ownRequests.isCancelled(index)) ownRequests.reactivate(index);
    else return;
    output.request(piece, begin, length);
  }

  /** Cancels a request. The block may arrive nevertheless. */
  cancel(piece: number, begin: number, length: number): void {
    const { ownRequests, output } = this.#state;
    const index = ownRequests.findExactly(piece, begin, length);
    if (index === NOT_FOUND || ownRequests.isCancelled(index)) return;
    ownRequests.cancel(index);
    output.cancel(piece, begin, length);
  }

  /** Cancels all requests, or those for `piece` only. Blocks may arrive nevertheless. */
  cancelAll(piece?: number): void {
    const { ownRequests, output } = this.#state;
    for (let index = 0; index < ownRequests.count; index++) {
      const requested = ownRequests.pieceAt(index);
      if (piece !== undefined && requested !== piece) continue;
      if (ownRequests.isCancelled(index)) continue;
      ownRequests.cancel(index);
      output.cancel(requested, ownRequests.beginAt(index), ownRequests.lengthAt(index));
    }
  }

  /** Answers a request; returns false if the request is not outstanding any more. */
  piece(piece: number, begin: number, block: Uint8Array): boolean {
    const { peerRequests, output } = this.#state;
    const index = peerRequests.findExactly(piece, begin, block.length);
    if (index === NOT_FOUND) return false;
    peerRequests.remove(index);
    output.piece(piece, begin, block);
    return true;
  }

  /** Refuses a request; without the fast extension it is dropped silently. */
  reject(piece: number, begin: number, length: number): void {
    const { peerRequests } = this.#state;
    const index = peerRequests.findExactly(piece, begin, length);
    if (index === NOT_FOUND) return;
    peerRequests.remove(index);
    this.#state.sendReject(piece, begin, length);
  }

  /** Suggests that the peer requests `piece`. Returns false without the fast extension. */
  suggest(piece: number): boolean {
    if (this.#state.features.fast) this.#state.output.suggest(piece);
    return this.#state.features.fast;
  }

  /** Allows the peer to request `piece` while choked. Returns false without the fast extension. */
  allowedFast(piece: number): boolean {
    const { features, allowedFastByUs, output } = this.#state;
    if (!features.fast) return false;
    if (!allowedFastByUs.has(piece)) allowedFastByUs.set(piece, 0);
    output.allowedFast(piece);
    return true;
  }

  /** Sends the port of our node of the distributed hash table (BEP 5). */
  port(port: number): void {
    this.#state.output.port(port);
  }

  /** Returns whether the peer has listed this extension. */
  supports(extension: string): boolean {
    return this.#state.peerExtensionIds.has(extension);
  }

  /** Sends a message of CacheTorrent. Returns false if the peer has not listed it. */
  cacheTorrent(message: CacheTorrentMessage): boolean {
    return this.extended(message.name, encodeCacheTorrent(message));
  }

  /** Sends a message of BEP 9. Returns false if the peer has not listed the extension. */
  metadata(message: MetadataMessage): boolean {
    return this.extended('ut_metadata', encodeMetadataMessage(message));
  }

  /** Sends a message of BEP 11. Returns false if the peer has not listed the extension. */
  peerExchange(exchange: PeerExchange): boolean {
    return this.extended('ut_pex', encodePeerExchange(exchange));
  }

  /**
   * Announces that we no longer hold `piece` (BEP 54). Returns false if the peer has not listed the
   * extension.
   */
  dontHave(piece: number): boolean {
    const payload = Uint8Array.of(piece >> 24, piece >> 16, piece >> 8, piece);
    if (!this.extended('lt_donthave', payload)) return false;
    this.#state.ownPieces.remove(piece);
    return true;
  }

  /** Sends a message of any extension. Returns false if the peer has not listed it. */
  extended(extension: string, payload: Uint8Array): boolean {
    const id = this.#state.peerExtensionIds.get(extension);
    if (id === undefined) return false;
    this.#state.output.extended(id, payload);
    return true;
  }
}
