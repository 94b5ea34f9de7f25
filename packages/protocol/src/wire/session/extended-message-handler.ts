/** What the messages of the extension protocol do (BEP 10), known extensions and unknown ones. */

import type { Remark } from '../codec/bencode-fields.ts';
import {
  type CacheTorrentMessage,
  type CacheTorrentName,
  CACHE_TORRENT_IDS,
  decodeCacheTorrent,
} from '../extensions/cachetorrent.ts';
import type { Conversation } from './connection-state.ts';
import type { Endpoint } from '../codec/endpoint.ts';
import { decodeExtendedHandshake } from '../extensions/extended-handshake.ts';
import { decodeMetadataMessage } from '../extensions/metadata-exchange.ts';
import { decodePeerExchange } from '../extensions/peer-exchange.ts';
import type { Fault } from './violation-rules.ts';
import { WireError } from '../codec/wire-error.ts';

const HANDSHAKE_ID = 0;
const MINUTE_MS = 60_000;

export class ExtendedHearer {
  readonly #at: Conversation;
  /** By the number that we gave out. */
  readonly #names = new Map<number, string>();
  #exchanges = 0;
  #exchangedAtMs = -Infinity;
  /** When a relay from each endpoint was last asked for. */
  readonly #askedAtMs = new Map<string, number>();

  constructor(conversation: Conversation) {
    this.#at = conversation;
    for (const [name, id] of Object.entries(conversation.options.extensionIds ?? {})) {
      this.#names.set(id, name);
    }
  }

  hear(id: number, payload: Uint8Array): void {
    const at = this.#at;
    if (!at.features.extensions) {
      at.breach('extensions-not-negotiated', `an extended message, id ${id}`);
    }
    if (id === HANDSHAKE_ID) {
      return this.#attempt('malformed-extended-handshake', (remarks) =>
        this.#handshake(payload, remarks),
      );
    }
    const name = this.#names.get(id);
    if (name === undefined) {
      at.breach('unknown-extension', `id ${id}, which we did not give out`);
    } else if (Object.hasOwn(CACHE_TORRENT_IDS, name)) {
      this.#attempt('bad-cachetorrent-message', (remarks) =>
        this.#cacheTorrent(name as CacheTorrentName, payload, remarks),
      );
    } else if (name === 'ut_metadata') {
      // Each is answered with a block that is five hundred times as long.
      at.checkOutput();
      this.#attempt('bad-metadata-message', (remarks) => this.#metadata(payload, remarks));
    } else if (name === 'ut_pex') {
      if (!this.#isExchangeDue()) return;
      this.#attempt('bad-peer-exchange', (remarks) => this.#exchange(payload, remarks));
    } else if (name === 'lt_donthave') {
      this.#dontHave(payload);
    } else {
      at.events.push({ type: 'extended', name, payload });
    }
  }

  /**
   * Reads a payload, and reacts to what is wrong with it: bombs for what they are, anything else
   * as `fault`.
   */
  #attempt(fault: Fault, read: (remarks: Remark[]) => void): void {
    const at = this.#at;
    const remarks: Remark[] = [];
    try {
      read(remarks);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      at.breach(error.fault === 'bencode-bomb' ? error.fault : fault, error.message);
    }
    for (const remark of remarks) at.breach(remark.fault, remark.detail);
  }

  #handshake(payload: Uint8Array, remarks: Remark[]): void {
    const at = this.#at;
    const handshake = decodeExtendedHandshake(payload, at.limits, remarks);
    for (const [name, id] of handshake.extensions) {
      // A name is as long as a frame allows: those we do not speak need not be remembered.
      if (!Object.hasOwn(at.options.extensionIds ?? {}, name)) continue;
      if (id === 0) at.theirExtensions.delete(name);
      else at.theirExtensions.set(name, id);
    }
    at.theirHandshake = { ...at.theirHandshake, ...definedIn(handshake) };
    at.events.push({ type: 'extended-handshake', handshake });
  }

  #cacheTorrent(name: CacheTorrentName, payload: Uint8Array, remarks: Remark[]): void {
    const at = this.#at;
    const message = decodeCacheTorrent(name, payload, at.limits, remarks);
    const objection = this.#objectionTo(message);
    if (objection !== undefined) throw new WireError('bad-cachetorrent-message', objection);
    at.events.push({ type: 'cachetorrent', message });
  }

  /** What is wrong with a message that is well formed. */
  #objectionTo(message: CacheTorrentMessage): string | undefined {
    const at = this.#at;
    if (message.name === 'ct_have') {
      const isThere = message.piece < at.shape.pieceCount;
      return isThere ? undefined : `there is no piece ${message.piece}`;
    }
    if (message.name !== 'ct_leader_start') return undefined;

    const ours = at.options.about?.system;
    const theirs = at.theirHandshake?.system;
    if (ours !== undefined && theirs !== undefined && ours !== theirs) {
      return `we lead AS ${ours}, it is in AS ${theirs}`;
    }
    return at.options.refuseTarget?.(message.target) ?? this.#repeated(message.target);
  }

  #repeated(target: Endpoint): string | undefined {
    const { nowMs, limits } = this.#at;
    const key = `${target.host} ${target.port}`;
    const askedAtMs = this.#askedAtMs.get(key);
    if (askedAtMs !== undefined && nowMs - askedAtMs < MINUTE_MS) {
      return `a relay from ${key} was asked for already`;
    }
    for (const [other, atMs] of this.#askedAtMs) {
      if (nowMs - atMs >= MINUTE_MS) this.#askedAtMs.delete(other);
    }
    if (this.#askedAtMs.size >= limits.endpoints) {
      return `over ${limits.endpoints} relays were asked for in a minute`;
    }
    this.#askedAtMs.set(key, nowMs);
    return undefined;
  }

  #metadata(payload: Uint8Array, remarks: Remark[]): void {
    const { torrent, limits, events } = this.#at;
    const message = decodeMetadataMessage(payload, limits, torrent.metadataBytes, remarks);
    if (message !== undefined) events.push({ type: 'metadata', message });
  }

  #exchange(payload: Uint8Array, remarks: Remark[]): void {
    const at = this.#at;
    const { endpoints, exchangedPeers } = at.limits;
    const peersMax = this.#exchanges++ === 0 ? endpoints : exchangedPeers;
    const loopback = at.options.loopback ?? false;
    const exchange = decodePeerExchange(payload, at.limits, { peersMax, loopback }, remarks);
    at.events.push({ type: 'peer-exchange', exchange });
  }

  #isExchangeDue(): boolean {
    const at = this.#at;
    const sinceMs = at.nowMs - this.#exchangedAtMs;
    if (sinceMs < at.limits.peerExchangeMs) {
      at.breach('peer-exchange-flood', `${Math.round(sinceMs / 1000)} s after the last`);
      return false;
    }
    this.#exchangedAtMs = at.nowMs;
    return true;
  }

  /** BEP 54: four bytes, the piece. */
  #dontHave(payload: Uint8Array): void {
    const at = this.#at;
    if (payload.length !== 4) return void at.breach('wrong-length', 'lt_donthave has 4 bytes');
    const piece = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
    if (piece >= at.shape.pieceCount) at.breach('piece-out-of-range', `dont-have ${piece}`);
    if (at.theirPieces.remove(piece)) at.events.push({ type: 'dont-have', piece });
  }
}

/** The fields that are there: a later handshake does not take back what it leaves out. */
function definedIn<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Fields;
}
