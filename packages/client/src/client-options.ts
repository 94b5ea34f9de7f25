/** What a client is told when it is made. */

import type { WireLimits } from '@cachetorrent/protocol/wire';

import type { Torrent } from './torrent/torrent.ts';

/** What a client is told when it is made. */
export interface ClientOptions {
  /** What to download, or to serve. */
  readonly torrent: Torrent;
  /** The folder in which the torrent's files are, or will be. */
  readonly folder: string;
  /** The address to listen at and to dial from; all of them where absent. */
  readonly host?: string | undefined;
  /** 0, the default, takes any that is free. */
  readonly port?: number;
  /** Trackers in place of the torrent's own. */
  readonly trackers?: readonly string[];
  /** Whether all pieces are known to be there, so that they need not be looked at. */
  readonly isSeed?: boolean;
  /** Upload and download capacity, in bytes per second, with which to stand for election. */
  readonly candidacy?: { readonly uploadBytesPerS: number; readonly downloadBytesPerS: number };
  /** At most so much is sent. Default: no limit. */
  readonly uploadBytesPerS?: number;
  /** Connections that are unchoked for what they give. Default: 7. */
  readonly uploads?: number;
  /** Connections that are unchoked by chance, beside those of `uploads`. Default: 1. */
  readonly optimistics?: number;
  /** Connections in all. Default: 80. */
  readonly connectionsMax?: number;
  /** What a stranger may make us hold and wait for, where not as in `WIRE_LIMITS`. */
  readonly limits?: Partial<WireLimits>;
  /** Sentences for a log. */
  readonly onTrouble?: (trouble: string) => void;
  /** While the disk is looked through. */
  readonly onChecked?: (pieces: number, pieceCount: number) => void;
}
