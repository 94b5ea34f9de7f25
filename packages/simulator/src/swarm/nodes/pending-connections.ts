/**
 * What a peer has to remember of connections that are not established yet, or whose numbers are not
 * free yet. It exists only while there is anything to remember.
 */

import type { Connection, PeerId } from '@cachetorrent/protocol';

/** A `connReq` that arrived before our peer started. */
interface ConnectionRequest {
  readonly from: PeerId;
  /** The sender's number for the connection. */
  readonly remoteConnection: Connection;
  /** The sender will not download from us. */
  readonly uploadOnly: boolean;
}

/** A `leaderStart` for a leader that has not accepted the connection yet. */
interface LeaderStart {
  readonly connection: Connection;
  readonly target: PeerId;
}

export class PendingConnections {
  earlyRequests: ConnectionRequest[] = [];
  leaderStarts: LeaderStart[] = [];
  /** The connections that are not established, and on which we have said that we only upload. */
  readonly toldUploadOnly: Set<Connection> = new Set();
  /** The connections that have timed out, and whose numbers are not free yet. */
  readonly timedOut: Set<Connection> = new Set();

  get isEmpty(): boolean {
    if (this.toldUploadOnly.size > 0 || this.timedOut.size > 0) return false;
    return this.earlyRequests.length === 0 && this.leaderStarts.length === 0;
  }
}
