/**
 * The exchange of handshakes: which torrent a connection serves, and whether the peer is accepted.
 *
 *     initiator  sends all 68 bytes at once, then receives the peer's
 *     responder  receives 48 bytes, knows the torrent, answers; receives the last 20
 *
 * A responder sends nothing to a peer that names a torrent which it does not serve.
 */

import type { FrameEncoder } from '../codec/frame-encoder.ts';
import {
  encodeHandshake,
  equalBytes,
  type Features,
  HandshakeDecoder,
} from '../codec/handshake.ts';
import type { WireLimits } from '../codec/limits.ts';
import { type Violation, WireError } from '../codec/violation-rules.ts';
import { encodeExtendedHandshake } from '../extensions/extended-handshake.ts';
import type { SessionOptions, SessionTorrent } from './options.ts';

/** The outcome of both handshakes. */
export interface HandshakeResult {
  readonly torrent: SessionTorrent;
  readonly peerId: Uint8Array;
  /** The features that both sides support. */
  readonly features: Features;
}

/** Reports a violation that may not close the connection. */
type ReportViolation = (violation: Violation, detail: string) => void;

const EXTENDED_HANDSHAKE_ID = 0;

export class HandshakeExchange {
  readonly #options: SessionOptions;
  readonly #limits: WireLimits;
  readonly #output: FrameEncoder;
  readonly #decoder = new HandshakeDecoder();
  readonly #ownFeatures: Features;
  #torrent: SessionTorrent | undefined;
  /** Undefined until both handshakes are complete. */
  result: HandshakeResult | undefined;

  constructor(options: SessionOptions, limits: WireLimits, output: FrameEncoder) {
    this.#options = options;
    this.#limits = limits;
    this.#output = output;
    this.#ownFeatures = {
      fast: options.fast ?? options.profile !== 'classic',
      extensions: options.extensions ?? true,
      dht: false,
      version2: false,
    };
    if (options.role === 'initiator') this.#sendHandshake(options.torrent.infoHash);
  }

  /**
   * Consumes the bytes that belong to the handshake, and returns their number.
   *
   * @throws WireError if the handshake is refused.
   */
  push(bytes: Uint8Array, report: ReportViolation): number {
    const consumed = this.#decoder.push(bytes);
    const { infoHash, features, peerId } = this.#decoder;
    if (infoHash !== undefined && this.#torrent === undefined) {
      this.#torrent = this.#identifyTorrent(infoHash);
      if (features!.version2 && this.#torrent.infoHash2 === undefined) {
        report('version-2-claimed', 'the torrent has version 1 only');
      }
    }
    if (peerId !== undefined) this.#complete(peerId, features!, this.#torrent!, report);
    return consumed;
  }

  #identifyTorrent(infoHash: Uint8Array): SessionTorrent {
    const options = this.#options;
    if (options.role === 'initiator') {
      const { infoHash: version1, infoHash2: version2 } = options.torrent;
      const isSame =
        equalBytes(infoHash, version1) ||
        (version2 !== undefined && equalBytes(infoHash, version2));
      if (!isSame) throw new WireError('other-torrent', 'the answer has another info hash');
      return options.torrent;
    }
    const torrent = options.torrentOf(infoHash);
    if (torrent === undefined) throw new WireError('unknown-torrent', 'we do not serve it');
    this.#sendHandshake(infoHash);
    return torrent;
  }

  #complete(
    peerId: Uint8Array,
    peerFeatures: Features,
    torrent: SessionTorrent,
    report: ReportViolation,
  ): void {
    const options = this.#options;
    if (equalBytes(peerId, options.peerId)) {
      throw new WireError('own-peer-id', 'the peer id is our own');
    }
    const expected = options.role === 'initiator' ? options.expectedPeerId : undefined;
    if (expected !== undefined && !equalBytes(peerId, expected)) {
      report('unexpected-peer-id', "the peer id differs from the tracker's");
    }

    const features: Features = {
      fast: peerFeatures.fast && this.#ownFeatures.fast,
      extensions: peerFeatures.extensions && this.#ownFeatures.extensions,
      dht: peerFeatures.dht && this.#ownFeatures.dht,
      version2: false,
    };
    if (features.extensions) this.#sendExtendedHandshake(torrent);
    this.result = { torrent, peerId, features };
  }

  #sendHandshake(infoHash: Uint8Array): void {
    const { peerId } = this.#options;
    this.#output.raw(encodeHandshake({ features: this.#ownFeatures, infoHash, peerId }));
  }

  #sendExtendedHandshake(torrent: SessionTorrent): void {
    const { extensionIds = {}, extendedHandshake = {} } = this.#options;
    const payload = encodeExtendedHandshake({
      ...extendedHandshake,
      extensions: new Map(Object.entries(extensionIds)),
      requestQueue: this.#limits.incomingRequests,
      metadataSize: torrent.metadataBytes,
    });
    this.#output.extended(EXTENDED_HANDSHAKE_ID, payload);
  }
}
