/** Handles the messages of the extension protocol (BEP 10), of known and of unknown extensions. */

import type { Warning } from '../codec/bencode-fields.ts';
import type { Endpoint } from '../codec/endpoint.ts';
import { type Violation, WireError } from '../codec/violation-rules.ts';
import {
  CACHE_TORRENT_IDS,
  type CacheTorrentMessage,
  type CacheTorrentName,
  decodeCacheTorrent,
} from '../extensions/cachetorrent.ts';
import { decodeExtendedHandshake } from '../extensions/extended-handshake.ts';
import { decodeMetadataMessage } from '../extensions/metadata-exchange.ts';
import { decodePeerExchange } from '../extensions/peer-exchange.ts';
import type { ConnectionState } from './connection-state.ts';

const HANDSHAKE_ID = 0;
const MINUTE_MS = 60_000;

export class ExtendedMessageHandler {
  readonly #state: ConnectionState;
  /** The names of the extensions, by the id that we assigned. */
  readonly #names = new Map<number, string>();
  #peerExchanges = 0;
  #lastPeerExchangeMs = -Infinity;
  /** When a relay to each endpoint was last requested. */
  readonly #relayRequestedMs = new Map<string, number>();

  constructor(state: ConnectionState) {
    this.#state = state;
    for (const [name, id] of Object.entries(state.options.extensionIds ?? {})) {
      this.#names.set(id, name);
    }
  }

  handle(id: number, payload: Uint8Array): void {
    const state = this.#state;
    if (!state.features.extensions) {
      state.reportViolation('extensions-not-negotiated', `an extension message with id ${id}`);
    }
    if (id === HANDSHAKE_ID) {
      return this.#decode('malformed-extended-handshake', (warnings) =>
        this.#handshake(payload, warnings),
      );
    }
    const name = this.#names.get(id);
    if (name === undefined) {
      state.reportViolation('unknown-extension', `id ${id}, which we have not assigned`);
    } else if (Object.hasOwn(CACHE_TORRENT_IDS, name)) {
      this.#decode('bad-cachetorrent-message', (warnings) =>
        this.#cacheTorrent(name as CacheTorrentName, payload, warnings),
      );
    } else if (name === 'ut_metadata') {
      // A request is answered with a block that is about five hundred times as long.
      state.checkOutputLimit();
      this.#decode('bad-metadata-message', (warnings) => this.#metadata(payload, warnings));
    } else if (name === 'ut_pex') {
      if (!this.#checkPeerExchangeInterval()) return;
      this.#decode('bad-peer-exchange', (warnings) => this.#peerExchange(payload, warnings));
    } else if (name === 'lt_donthave') {
      this.#dontHave(payload);
    } else {
      state.events.push({ type: 'extended', name, payload });
    }
  }

  /**
   * Runs `decode`, and reports the errors and warnings: `bencode-bomb` as such, and any other error
   * as `violation`.
   */
  #decode(violation: Violation, decode: (warnings: Warning[]) => void): void {
    const state = this.#state;
    const warnings: Warning[] = [];
    try {
      decode(warnings);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      const isBomb = error.violation === 'bencode-bomb';
      state.reportViolation(isBomb ? error.violation : violation, error.message);
    }
    for (const warning of warnings) state.reportViolation(warning.violation, warning.detail);
  }

  #handshake(payload: Uint8Array, warnings: Warning[]): void {
    const state = this.#state;
    const handshake = decodeExtendedHandshake(payload, state.limits, warnings);
    for (const [name, id] of handshake.extensions) {
      // A name can be as long as a frame: extensions that we do not support are not stored.
      if (!Object.hasOwn(state.options.extensionIds ?? {}, name)) continue;
      if (id === 0) state.peerExtensionIds.delete(name);
      else state.peerExtensionIds.set(name, id);
    }
    state.peerExtendedHandshake = { ...state.peerExtendedHandshake, ...definedFields(handshake) };
    state.events.push({ type: 'extended-handshake', handshake });
  }

  #cacheTorrent(name: CacheTorrentName, payload: Uint8Array, warnings: Warning[]): void {
    const state = this.#state;
    const message = decodeCacheTorrent(name, payload, state.limits, warnings);
    const objection = this.#objectionTo(message);
    if (objection !== undefined) throw new WireError('bad-cachetorrent-message', objection);
    state.events.push({ type: 'cachetorrent', message });
  }

  /** Returns why a well-formed message is not allowed; undefined if it is. */
  #objectionTo(message: CacheTorrentMessage): string | undefined {
    const { layout, options, peerExtendedHandshake } = this.#state;
    if (message.name === 'ct_have') {
      const exists = message.piece < layout.pieceCount;
      return exists ? undefined : `piece ${message.piece} does not exist`;
    }
    if (message.name !== 'ct_leader_start') return undefined;

    const ownAsn = options.extendedHandshake?.asn;
    const peerAsn = peerExtendedHandshake?.asn;
    if (ownAsn !== undefined && peerAsn !== undefined && ownAsn !== peerAsn) {
      return `we lead AS ${ownAsn}, the peer is in AS ${peerAsn}`;
    }
    return options.refuseRelay?.(message.target) ?? this.#checkRelayRate(message.target);
  }

  /**
   * Returns why the peer may not request a relay to `target` again yet. If it may, records the
   * request and returns undefined.
   */
  #checkRelayRate(target: Endpoint): string | undefined {
    const { nowMs, limits } = this.#state;
    const key = `${target.host} ${target.port}`;
    const lastMs = this.#relayRequestedMs.get(key);
    if (lastMs !== undefined && nowMs - lastMs < MINUTE_MS) {
      return `a relay to ${key} was requested less than a minute ago`;
    }
    for (const [other, requestedMs] of this.#relayRequestedMs) {
      if (nowMs - requestedMs >= MINUTE_MS) this.#relayRequestedMs.delete(other);
    }
    if (this.#relayRequestedMs.size >= limits.endpoints) {
      return `more than ${limits.endpoints} relays were requested in a minute`;
    }
    this.#relayRequestedMs.set(key, nowMs);
    return undefined;
  }

  #metadata(payload: Uint8Array, warnings: Warning[]): void {
    const { torrent, limits, events } = this.#state;
    const message = decodeMetadataMessage(payload, limits, torrent.metadataBytes, warnings);
    if (message !== undefined) events.push({ type: 'metadata', message });
  }

  #peerExchange(payload: Uint8Array, warnings: Warning[]): void {
    const { limits, options, events } = this.#state;
    // The first message names all of the sender's peers.
    const isFirst = this.#peerExchanges++ === 0;
    const exchangeOptions = {
      peersMax: isFirst ? limits.endpoints : limits.exchangedPeers,
      allowLoopback: options.allowLoopback ?? false,
    };
    const exchange = decodePeerExchange(payload, limits, exchangeOptions, warnings);
    events.push({ type: 'peer-exchange', exchange });
  }

  /** Returns whether enough time has passed since the last peer exchange; reports if not. */
  #checkPeerExchangeInterval(): boolean {
    const state = this.#state;
    const elapsedMs = state.nowMs - this.#lastPeerExchangeMs;
    if (elapsedMs < state.limits.peerExchangeMs) {
      const detail = `${Math.round(elapsedMs / 1000)} s after the previous one`;
      state.reportViolation('peer-exchange-flood', detail);
      return false;
    }
    this.#lastPeerExchangeMs = state.nowMs;
    return true;
  }

  /** Handles `lt_donthave` (BEP 54): four bytes, the index of the piece. */
  #dontHave(payload: Uint8Array): void {
    const state = this.#state;
    if (payload.length !== 4) {
      state.reportViolation('wrong-length', `lt_donthave has 4 bytes, not ${payload.length}`);
      return;
    }
    const piece = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
    if (piece >= state.layout.pieceCount) {
      state.reportViolation('piece-out-of-range', `lt_donthave ${piece}`);
    }
    if (state.peerPieces.remove(piece)) state.events.push({ type: 'dont-have', piece });
  }
}

/** Returns the defined fields: a later handshake does not withdraw the fields that it omits. */
function definedFields<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Fields;
}
