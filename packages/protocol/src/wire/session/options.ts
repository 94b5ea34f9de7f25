/** What a session must be told when it begins. */

import type { ExtendedHandshake } from '../extensions/extended-handshake.ts';
import type { Endpoint } from '../codec/endpoint.ts';
import type { WireLimits } from '../codec/limits.ts';
import type { Profile } from './violation-rules.ts';

/** How a torrent's bytes are cut up. */
export interface TorrentShape {
  /** Of all files together. */
  readonly totalBytes: number;
  /** Of every piece but the last. */
  readonly pieceBytes: number;
  /** `totalBytes` by `pieceBytes`, rounded up. */
  readonly pieceCount: number;
}

/** Bytes of a piece: the last one has what is left. */
export function bytesOfPiece(shape: TorrentShape, piece: number): number {
  return Math.min(shape.pieceBytes, shape.totalBytes - piece * shape.pieceBytes);
}

/** What a connection is about. */
export interface SessionTorrent {
  /** Its name in the handshake; 20 bytes. */
  readonly infoHash: Uint8Array;
  /** The first 20 bytes of its hash as version 2, for a torrent that is both (BEP 52). */
  readonly infoHash2?: Uint8Array | undefined;
  /** Absent while we have no metadata: such a connection serves to fetch that, and only that. */
  readonly shape?: TorrentShape | undefined;
  /** Peers come from its trackers only (BEP 27). */
  readonly isPrivate?: boolean | undefined;
  /** Bytes of the info dictionary, where it is known. */
  readonly metadataBytes?: number | undefined;
}

/** The side that opened the connection knows what for; the other learns it. */
export type SessionSide =
  | {
      readonly side: 'dialler';
      readonly torrent: SessionTorrent;
      /** The id that the tracker gave, if it gave one. */
      readonly expectedPeerId?: Uint8Array | undefined;
    }
  | {
      readonly side: 'responder';
      /** The torrent with this hash; undefined where we do not serve it. */
      readonly torrentOf: (infoHash: Uint8Array) => SessionTorrent | undefined;
    };

/** What a session is told when it begins. */
export interface SessionOptions {
  /** Who opened the connection, and what it is about. */
  readonly side: SessionSide;
  /** Our own id; 20 bytes. */
  readonly peerId: Uint8Array;
  /** When the connection was made, by the clock of all later times. In ms. */
  readonly nowMs: number;
  /** Default: `interop`. */
  readonly profile?: Profile;
  /** Those of `WIRE_LIMITS`, where not said otherwise. */
  readonly limits?: Partial<WireLimits>;
  /** Whether we offer BEP 6. Default: yes, but not in profile `classic`. */
  readonly fast?: boolean;
  /** Whether we offer BEP 10. Default: yes. */
  readonly extensions?: boolean;
  /** By name the number by which we want to be told each extension. Default: none. */
  readonly extensionIds?: Readonly<Record<string, number>>;
  /** What else we say of ourselves in the extended handshake. */
  readonly about?: Omit<ExtendedHandshake, 'extensions' | 'requestQueue' | 'metadataSize'>;
  /** What to do about ids that nobody has assigned. Default: refuse. */
  readonly unknownMessages?: 'refuse' | 'skip';
  /** Whether addresses of this very machine make sense in peer exchange. Default: no. */
  readonly loopback?: boolean;
  /** Why a leader will not relay from this endpoint (it is our own, it leads); else undefined. */
  readonly refuseTarget?: (target: Endpoint) => string | undefined;
}
