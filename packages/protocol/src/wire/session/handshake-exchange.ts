/**
 * The beginning of a connection: both handshakes, and who may talk to whom about what.
 *
 *     dialler    says all 68 bytes at once, then hears the other's
 *     responder  hears 48 bytes, knows the torrent, answers; hears the last 20
 *
 * A responder says nothing to whoever asks for a torrent that it does not serve.
 */

import { encodeExtendedHandshake } from '../extensions/extended-handshake.ts';
import type { FrameEncoder } from '../codec/frame-encoder.ts';
import { encodeHandshake, type Features, HandshakeDecoder, sameBytes } from '../codec/handshake.ts';
import type { WireLimits } from '../codec/limits.ts';
import type { Fault } from './violation-rules.ts';
import type { SessionOptions, SessionTorrent } from './options.ts';
import { WireError } from '../codec/wire-error.ts';

/** What the handshakes came to. */
export interface Met {
  readonly torrent: SessionTorrent;
  readonly peerId: Uint8Array;
  readonly features: Features;
}

const EXTENDED_HANDSHAKE_ID = 0;

export class Greeting {
  readonly #options: SessionOptions;
  readonly #limits: WireLimits;
  readonly #output: FrameEncoder;
  readonly #decoder = new HandshakeDecoder();
  readonly #ours: Features;
  #torrent: SessionTorrent | undefined;
  /** Set when both handshakes are complete. */
  met: Met | undefined;

  constructor(options: SessionOptions, limits: WireLimits, output: FrameEncoder) {
    this.#options = options;
    this.#limits = limits;
    this.#output = output;
    this.#ours = {
      fast: options.fast ?? options.profile !== 'classic',
      extensions: options.extensions ?? true,
      dht: false,
      version2: false,
    };
    if (options.side.side === 'dialler') this.#say(options.side.torrent.infoHash);
  }

  /**
   * Takes what belongs to the handshake, and returns how much that was. Throws WireError where
   * it ends here; `remark` gets what is put up with.
   */
  push(bytes: Uint8Array, remark: (fault: Fault, detail: string) => void): number {
    const taken = this.#decoder.push(bytes);
    const { infoHash, features, peerId } = this.#decoder;
    if (infoHash !== undefined && this.#torrent === undefined) {
      this.#torrent = this.#recognize(infoHash);
      if (features!.version2 && this.#torrent.infoHash2 === undefined) {
        remark('version-2-claimed', 'the torrent has version 1 only');
      }
    }
    if (peerId !== undefined) this.#meet(peerId, features!, this.#torrent!, remark);
    return taken;
  }

  #recognize(infoHash: Uint8Array): SessionTorrent {
    const { side } = this.#options;
    if (side.side === 'dialler') {
      const { infoHash: dialled, infoHash2 } = side.torrent;
      const isIt =
        sameBytes(infoHash, dialled) || (infoHash2 !== undefined && sameBytes(infoHash, infoHash2));
      if (!isIt) throw new WireError('other-torrent', 'it answers with another info hash');
      return side.torrent;
    }
    const torrent = side.torrentOf(infoHash);
    if (torrent === undefined) throw new WireError('unknown-torrent', 'we do not serve it');
    this.#say(infoHash);
    return torrent;
  }

  #meet(
    peerId: Uint8Array,
    theirs: Features,
    torrent: SessionTorrent,
    remark: (fault: Fault, detail: string) => void,
  ): void {
    const { side, peerId: ownId } = this.#options;
    if (sameBytes(peerId, ownId)) throw new WireError('own-peer-id', 'it has our own id');
    const expected = side.side === 'dialler' ? side.expectedPeerId : undefined;
    if (expected !== undefined && !sameBytes(peerId, expected)) {
      remark('unexpected-peer-id', 'it has another id than the tracker said');
    }

    const features: Features = {
      fast: theirs.fast && this.#ours.fast,
      extensions: theirs.extensions && this.#ours.extensions,
      dht: theirs.dht && this.#ours.dht,
      version2: false,
    };
    if (features.extensions) this.#sayExtended(torrent);
    this.met = { torrent, peerId, features };
  }

  #say(infoHash: Uint8Array): void {
    const { peerId } = this.#options;
    this.#output.raw(encodeHandshake({ features: this.#ours, infoHash, peerId }));
  }

  #sayExtended(torrent: SessionTorrent): void {
    const { extensionIds = {}, about = {} } = this.#options;
    const payload = encodeExtendedHandshake({
      ...about,
      extensions: new Map(Object.entries(extensionIds)),
      requestQueue: this.#limits.incomingRequests,
      metadataSize: torrent.metadataBytes,
    });
    this.#output.extended(EXTENDED_HANDSHAKE_ID, payload);
  }
}
