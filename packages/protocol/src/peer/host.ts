/** The interface between a peer and its host: a simulator, a socket, a browser or a test. */

import type { Connection, PeerId, PieceIndex } from '../ids.ts';
import type { PeerMessages } from '../messages/messages.ts';

/**
 * What a peer needs from its host: a clock, and the transport of its messages.
 *
 * The methods of `PeerMessages` send a message on a connection. There is none for `piece`: the host
 * fetches what to send itself after `startSending`; and none for `uploadOnly` and `close`,
 * which are the host's own.
 * The host calls the peer when a message arrives, and whenever the documentation of a method of
 * `Peer` says so. It must not call the peer from within one of these methods.
 */
export interface PeerHost extends Omit<PeerMessages, 'piece' | 'uploadOnly' | 'close'> {
  /** The time in ms since an instant that the host chooses. It never decreases. */
  readonly nowMs: number;

  /** Sends `have(piece)` on every connection on which the peer announces (`Peer.announcesOn`). */
  broadcastHave(piece: PieceIndex): void;

  /**
   * Starts to send on a connection. The host sends the blocks `peer.nextToSend(connection)` at its
   * own pace, and calls `peer.blocksSent(connection, count)` after the last bit of one or more. It
   * continues until there are none (NO_BLOCK).
   */
  startSending(connection: Connection): void;
  /**
   * Returns how many of the blocks to send (`peer.nextToSend`) have been sent or begun on a
   * connection, and not been reported by `peer.blocksSent`.
   */
  blocksBegun(connection: Connection): number;
  /** There are fewer blocks to send (`peer.countToSend`) than before; those begun are left. */
  shortenSending(connection: Connection): void;
  /**
   * Stops sending on a connection. Returns how many blocks have been sent that the host has not
   * reported yet; it sends the receiver these, and none that has been sent in part.
   */
  stopSending(connection: Connection): number;

  /**
   * Opens a connection to `target`, unless there is one, then calls `peer.connect`. A follower uses
   * it to connect to its leader (purpose `neighbour`), a leader to connect to the target of a relay
   * (purpose `relay`).
   */
  connectTo(target: PeerId): void;

  /**
   * A follower knows no leader any more, or a peer that follows it takes it for a leader: ask the
   * tracker, and pass on the answer (`peer.setLeaders`, `peer.setRole`). May be called again while
   * the question is open. A host whose peers never leave needs no such method.
   */
  needsLeaders?(): void;

  /**
   * Whether the other side, a leader, has announced `piece` as one that it can get but does not
   * hold, so that a request for it may take any time. If absent, this holds for all pieces.
   */
  isRelayed?(connection: Connection, piece: PieceIndex): boolean;

  /**
   * An upload slot has become free: the host calls `peer.rechoke` in about a second at the latest,
   * not at once, and the next time a rechoke interval after that.
   */
  rechokeSoon(): void;

  /**
   * The pieces that the other side may request while we choke it (BEP 6), at most `count`: always
   * the same ones, whoever asks about the same peer. If absent, there are none.
   */
  allowedFastSet?(connection: Connection, count: number): readonly PieceIndex[];

  /** Is called once, when the peer holds the whole file. */
  completed(): void;
}
