/** A BitTorrent client that takes part in an exchange. */

import type { ChildProcess } from 'node:child_process';

/** What a program is started with. */
export interface LaunchOptions {
  /** The folder of the torrent's file; empty for a leecher. */
  readonly folder: string;
  /** The path of the torrent. */
  readonly torrent: string;
  readonly host: string;
  readonly port: number;
  /** An empty folder for the program's own files. */
  readonly scratch: string;
}

export interface Program {
  readonly name: string;
  /** Returns the version of the program; undefined if it is not installed. */
  readonly version: () => string | undefined;
  readonly seed: (options: LaunchOptions) => ChildProcess;
  readonly leech: (options: LaunchOptions) => ChildProcess;
}
