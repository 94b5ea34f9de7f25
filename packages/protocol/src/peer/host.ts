/**
 * What a peer needs of whoever hosts it: a simulator, a socket, a browser, a test.
 *
 * The host carries what the peer says and tells the time; it calls the peer with what is heard,
 * and at the times that the peer's docstrings name. It never calls the peer from inside one of
 * these methods.
 */

import type { Connection, PeerId, PieceIndex } from '../ids.ts';
import type { PeerMessages } from '../messages/messages.ts';

/** What a peer says on a connection. Pieces are pulled instead: see `startSending`. */
export interface PeerHost extends Omit<PeerMessages, 'piece'> {
  /** Now, in milliseconds since whenever the host likes; never less than before. */
  readonly nowMs: number;

  /** Says `have(piece)` on every connection that offers (`Peer.offers`). */
  broadcastHave(piece: PieceIndex): void;

  /**
   * There is something to send on this connection: the host takes `peer.sending(on)`, carries
   * it at its own pace, and calls `peer.sent(on)` when the last bit has gone.
   */
  startSending(on: Connection): void;
  /** Nothing is to be sent on this connection any more; what was under way is dropped. */
  stopSending(on: Connection): void;

  /** Connects to `target`, then calls `peer.connect`; a leader asks, on a follower's behalf. */
  connectTo(target: PeerId): void;

  /** The peer holds the whole file now. Called once. */
  completed(): void;
}
