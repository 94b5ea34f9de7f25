/** The options of a session. */

import type { Endpoint } from '../codec/endpoint.ts';
import type { WireLimits } from '../codec/limits.ts';
import type { WireProfile } from '../codec/violation-rules.ts';
import type { ExtendedHandshake } from '../extensions/extended-handshake.ts';

/** How the bytes of a torrent are divided into pieces. */
export interface PieceLayout {
  /** The size of all files together in bytes. */
  readonly totalBytes: number;
  /** The size of every piece except the last in bytes. */
  readonly pieceBytes: number;
  /** `totalBytes` divided by `pieceBytes`, rounded up. */
  readonly pieceCount: number;
}

/** Returns the size of a piece in bytes: the last piece has the remainder. */
export function bytesOfPiece(layout: PieceLayout, piece: number): number {
  return Math.min(layout.pieceBytes, layout.totalBytes - piece * layout.pieceBytes);
}

/** The torrent that a connection serves. */
export interface SessionTorrent {
  /** The info hash in the handshake; 20 bytes. */
  readonly infoHash: Uint8Array;
  /** The first 20 bytes of the info hash of version 2, for a hybrid torrent (BEP 52). */
  readonly infoHash2?: Uint8Array | undefined;
  /** Absent while the metadata is unknown: such a connection can only fetch the metadata. */
  readonly layout?: PieceLayout | undefined;
  /** Whether peers may come only from the torrent's trackers (BEP 27). */
  readonly isPrivate?: boolean | undefined;
  /** The size of the info dictionary in bytes, if it is known. */
  readonly metadataBytes?: number | undefined;
}

/** Our side of the connection: an initiator knows the torrent, a responder learns it. */
export type SessionRole =
  | {
      readonly role: 'initiator';
      readonly torrent: SessionTorrent;
      /** The remote peer's id according to the tracker, if it named one. */
      readonly expectedPeerId?: Uint8Array | undefined;
    }
  | {
      readonly role: 'responder';
      /** Returns the torrent with this info hash; undefined if we do not serve it. */
      readonly torrentOf: (infoHash: Uint8Array) => SessionTorrent | undefined;
    };

/** The options of a session that do not depend on its role. */
export interface SessionSettings {
  /** Our own peer id; 20 bytes. */
  readonly peerId: Uint8Array;
  /** When the connection was opened, in ms, by the same clock as all later times. */
  readonly nowMs: number;
  /** The reactions to violations. Default: `interop`. */
  readonly profile?: WireProfile;
  /** Overrides of single limits. Default: `WIRE_LIMITS`. */
  readonly limits?: Partial<WireLimits>;
  /** Whether we support BEP 6. Default: true, but false in profile `classic`. */
  readonly fast?: boolean;
  /** Whether we support BEP 10. Default: true. */
  readonly extensions?: boolean;
  /** The ids that we assign to extensions, by their name. Default: none. */
  readonly extensionIds?: Readonly<Record<string, number>>;
  /** The other fields of our extended handshake. Default: none. */
  readonly extendedHandshake?: Omit<
    ExtendedHandshake,
    'extensions' | 'requestQueue' | 'metadataSize'
  >;
  /** Whether a message with an unassigned id is a violation, or is ignored. Default: `refuse`. */
  readonly unknownMessages?: 'refuse' | 'skip';
  /** Whether peer exchange may name loopback addresses. Default: false. */
  readonly allowLoopback?: boolean;
  /**
   * Returns why we refuse a relay to `target`, such as that it is our own endpoint; undefined if we
   * accept it. Default: every target is accepted.
   */
  readonly refuseRelay?: (target: Endpoint) => string | undefined;
}

/** The options of a session. */
export type SessionOptions = SessionRole & SessionSettings;
