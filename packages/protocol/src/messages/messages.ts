/**
 * Everything that nodes can say to one another: one method each, from the hearer's side.
 *
 * A `Peer` implements `PeerMessages` for what it hears on its connections. Whoever carries its
 * words (the simulator, a socket, a test's transcript) implements them too, and the peer speaks
 * by calling. So the codec is two small adapters, and a message costs a call, not an object.
 */

import type { Connection, PeerId, PieceIndex, AsId } from '../ids.ts';

/** What is said on a connection: BitTorrent (BEP 3), then what CacheTorrent adds. */
export interface PeerMessages {
  /** I will not answer your requests until I unchoke you. */
  choke(on: Connection): void;
  /** You may send me requests. */
  unchoke(on: Connection): void;
  /** You have a piece that I lack. */
  interested(on: Connection): void;
  /** You have no piece that I want. */
  notInterested(on: Connection): void;
  /** I now have this piece; or, from a leader to a follower, I can get it. */
  have(on: Connection, piece: PieceIndex): void;
  /** Send me this piece. We ask for whole pieces, not for blocks of one. */
  request(on: Connection, piece: PieceIndex): void;
  /** Here is the piece, all of it. */
  piece(on: Connection, piece: PieceIndex): void;

  /** Follower to leader: relay to me what `target`, who is in another AS, has to offer. */
  leaderStart(on: Connection, target: PeerId): void;
}

/** What is said to a node by its address, before and outside any connection. */
export interface BootstrapMessages {
  /** Newcomer to the one peer it knows: who is the tracker? */
  trackerReq(from: PeerId): void;
  /** The tracker is this node. */
  trackerRes(tracker: PeerId): void;
  /** Peer to tracker: I am here. */
  join(id: PeerId, system: AsId): void;
  /** Tracker to peer: your neighbours, each with its AS. */
  neighbours(ids: Uint32Array, systems: Uint32Array): void;
  /** Peer to tracker: do I hold the file from the start? */
  seedReq(from: PeerId): void;
  /** You hold so many pieces: all, or none. */
  seedRes(pieces: number): void;
  /** I connect to you, on this connection of mine, and shall download from you or not (BEP 21). */
  connReq(from: PeerId, link: Connection, uploadOnly: boolean): void;
  /** Peer to tracker: I stand for election. Capacities in kbit/s. */
  candidate(id: PeerId, uploadKbps: number, downloadKbps: number): void;
  /** Tracker to peer: these lead your AS. */
  leaders(ids: Uint32Array): void;
}

/** Everything that one node can say to another. */
export type Messages = PeerMessages & BootstrapMessages;

/** The name of a message. */
export type MessageKind = keyof Messages;

/** The kinds of message, in the order in which counts of them are kept. */
export const MESSAGE_KINDS: readonly MessageKind[] = [
  'choke',
  'unchoke',
  'interested',
  'notInterested',
  'have',
  'request',
  'piece',
  'leaderStart',
  'trackerReq',
  'trackerRes',
  'join',
  'neighbours',
  'seedReq',
  'seedRes',
  'connReq',
  'candidate',
  'leaders',
];
