/** What a `.torrent` file says, checked: what is to be had, and where. */

import type { PieceLayout } from '@cachetorrent/protocol/wire';

/** A file of a torrent. */
export interface TorrentFile {
  /** Folders and name, each free of separators, `.` and `..`. The first is the torrent's name. */
  readonly path: readonly string[];
  /** Its length. */
  readonly bytes: number;
  /** Where it begins in the torrent's bytes. */
  readonly offset: number;
  /** Only there to align the next file (BEP 47): zeros, which are not stored. */
  readonly isPadding: boolean;
}

/** What a `.torrent` file says, checked. */
export interface Torrent {
  /** The name of its only file, or of the folder that its files are in. */
  readonly name: string;
  /** SHA-1 of the info dictionary, taken over the bytes as they are in the file. */
  readonly infoHash: Uint8Array;
  /** The first 20 bytes of its SHA-256, where it can be had as version 2 too (BEP 52). */
  readonly infoHash2: Uint8Array | undefined;
  /** Those bytes, for peers that came without them (BEP 9). */
  readonly info: Uint8Array;
  /** How its bytes are cut into pieces. */
  readonly layout: PieceLayout;
  /** 20 bytes for each piece: its SHA-1. */
  readonly pieceHashes: Uint8Array;
  /** In the order in which their bytes stand in the torrent. */
  readonly files: readonly TorrentFile[];
  /** Peers are to be had from its trackers only (BEP 27). */
  readonly isPrivate: boolean;
  /** Addresses of trackers, in the order in which they are to be tried. */
  readonly trackers: readonly string[];
}
