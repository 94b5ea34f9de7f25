/** What a swarm is told when it is made, and the role that it plays. */

import type { PeerId, Role } from '@cachetorrent/protocol';
import type { Endpoint } from '@cachetorrent/protocol/wire';
import type { Random } from '@cachetorrent/std';

import type { AddressBook } from './address-book.ts';
import type { FileStore } from './storage/file-store.ts';
import type { Torrent } from './torrent/torrent.ts';

export interface SwarmOptions {
  readonly torrent: Torrent;
  readonly store: FileStore;
  readonly book: AddressBook;
  readonly random: Random;
  /** Connections that are unchoked for what they give, and by chance. */
  readonly uploads: number;
  readonly optimistics: number;
  /** Infinity for no limit. */
  readonly uploadBytesPerS: number;
  /** Our peer wants to be connected to `endpoint`. */
  readonly reach: (endpoint: Endpoint) => void;
  readonly onCompleted: () => void;
  /** The download cannot go on. */
  readonly onFailure: (error: Error) => void;
  /** A sentence for the user. */
  readonly onTrouble: (trouble: string) => void;
}

/** Our role among the peers of our autonomous system, as the tracker told it. */
export interface RoleAssignment {
  readonly role: Role;
  readonly leaders: readonly PeerId[];
  readonly system: number | undefined;
}
