/** A BitTorrent client that others wrote, as far as an exchange with it goes. */

import type { ChildProcess } from 'node:child_process';

export interface Station {
  /** Where the torrent's file is, or is to be; empty for a leecher. */
  readonly folder: string;
  readonly torrent: string;
  readonly host: string;
  readonly port: number;
  /** An empty folder for whatever the program needs. */
  readonly scratch: string;
}

export interface Program {
  readonly name: string;
  /** What it calls itself; undefined where it is not installed. */
  readonly version: () => string | undefined;
  readonly seed: (at: Station) => ChildProcess;
  readonly leech: (at: Station) => ChildProcess;
  /**
   * Seconds by which it has to be there before the other side. Some programs dial only at their
   * next announce: it is quicker if they find everybody there.
   */
  readonly comesLast?: true;
}
