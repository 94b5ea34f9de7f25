/** The interface between a peer and its host: a simulator, a socket, a browser or a test. */

import type { Connection, PeerId, PieceIndex } from '../ids.ts';
import type { PeerMessages } from '../messages/messages.ts';

/**
 * What a peer needs from its host: a clock, and the transport of its messages.
 *
 * The methods of `PeerMessages` send a message on a connection. There is none for `piece`: the host
 * fetches pieces itself after `startSending`. The host calls the peer when a message arrives, and
 * whenever the documentation of a method of `Peer` says so. It must not call the peer from within
 * one of these methods.
 */
export interface PeerHost extends Omit<PeerMessages, 'piece'> {
  /** The time in ms since an instant that the host chooses. It never decreases. */
  readonly nowMs: number;

  /** Sends `have(piece)` on every connection on which the peer announces (`Peer.announcesOn`). */
  broadcastHave(piece: PieceIndex): void;

  /**
   * Starts to send on a connection. The host sends the piece `peer.nextToSend(connection)` at its
   * own pace, and calls `peer.pieceSent(connection)` after the last bit, which returns the next
   * piece. It continues until there is none (NO_PIECE).
   */
  startSending(connection: Connection): void;
  /** Stops sending on a connection. A piece that is being sent is dropped. */
  stopSending(connection: Connection): void;

  /**
   * Opens a connection to `target`, unless there is one, then calls `peer.connect`. A follower uses
   * it to connect to its leader (purpose `neighbour`), a leader to connect to the target of a relay
   * (purpose `relay`).
   */
  connectTo(target: PeerId): void;

  /** Is called once, when the peer holds the whole file. */
  completed(): void;
}
