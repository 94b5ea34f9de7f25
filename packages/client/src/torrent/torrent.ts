/** The content of a `.torrent` file, after all checks. */

import type { PieceLayout } from '@cachetorrent/protocol/wire';

/** A file of a torrent. */
export interface TorrentFile {
  /**
   * The folders and the name, as they are safe on a disk: without separators, `.` and `..`. The
   * first part is the name of the torrent.
   */
  readonly path: readonly string[];
  /** The length of the file, in bytes. */
  readonly bytes: number;
  /** The offset of the file in the bytes of the torrent. */
  readonly offset: number;
  /** Whether the file only aligns the next one (BEP 47): it has zeros, which are not stored. */
  readonly isPadding: boolean;
}

/** The content of a `.torrent` file, after all checks. */
export interface Torrent {
  /** The name of its only file, or of the folder of its files. */
  readonly name: string;
  /** The SHA-1 of the info dictionary, computed from the bytes in the file. */
  readonly infoHash: Uint8Array;
  /** The first 20 bytes of the SHA-256, for a torrent that is also one of version 2 (BEP 52). */
  readonly infoHash2: Uint8Array | undefined;
  /** The bytes of the info dictionary, for peers that do not have it (BEP 9). */
  readonly info: Uint8Array;
  /** How the bytes of the torrent are divided into pieces. */
  readonly layout: PieceLayout;
  /** The SHA-1 of each piece: 20 bytes per piece. */
  readonly pieceHashes: Uint8Array;
  /** The files, in the order of their bytes in the torrent. */
  readonly files: readonly TorrentFile[];
  /** Whether peers may come from its trackers only (BEP 27). */
  readonly isPrivate: boolean;
  /** The URLs of the trackers, in the order in which they are tried. */
  readonly trackers: readonly string[];
  /** The URLs of its web seeds (BEP 17, 19), which are not used. */
  readonly webSeeds: readonly string[];
  /** What was changed when the torrent was read, as sentences for its user. */
  readonly remarks: readonly string[];
}
