/** The options of a client. */

import type { WireLimits } from '@cachetorrent/protocol/wire';

import type { Clock } from '../clock.ts';
import type { Torrent } from '../torrent/torrent.ts';

/** The options of a client. */
export interface ClientOptions {
  /** The torrent to download or to seed. */
  readonly torrent: Torrent;
  /** The folder of the torrent's files. */
  readonly folder: string;
  /** The address to listen at and to connect from. Default: all addresses. */
  readonly host?: string | undefined;
  /** The port to listen at. Default: 0, which takes a free port. */
  readonly port?: number;
  /** Tracker URLs that replace those of the torrent. */
  readonly trackers?: readonly string[];
  /** Whether all pieces are known to be on the disk. Their hashes are not checked then. */
  readonly isSeed?: boolean;
  /** Whether a download may overwrite files that do not belong to the torrent. Default: false. */
  readonly overwrite?: boolean;
  /**
   * Upload and download capacity, in bytes per second, that decide about our election. Default: we
   * are no candidate.
   */
  readonly candidacy?: { readonly uploadBytesPerS: number; readonly downloadBytesPerS: number };
  /** The upload limit in bytes per second. Default: no limit. */
  readonly uploadBytesPerS?: number;
  /** The number of connections that are unchoked for their rate. Default: 7. */
  readonly uploadSlots?: number;
  /** The number of connections that are unchoked optimistically, in addition. Default: 1. */
  readonly optimisticSlots?: number;
  /** The limit of connections. Default: 80. */
  readonly connectionsMax?: number;
  /** The limits on the memory and the time that a remote peer may use. Default: `WIRE_LIMITS`. */
  readonly limits?: Partial<WireLimits>;
  /** The source of time and timers. Default: the clock of the process. */
  readonly clock?: Clock;
  /** Receives warnings, as sentences that are safe to print and to log. */
  readonly onWarning?: (warning: string) => void;
  /** Receives the number of pieces checked so far, while the files are checked. */
  readonly onChecked?: (pieces: number, pieceCount: number) => void;
}
