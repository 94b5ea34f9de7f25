/**
 * All messages between nodes: one method each.
 *
 * A `Peer` implements `PeerMessages` to receive the messages of its connections. A transport (the
 * simulator, a socket, a test) implements the same methods to send them, and a peer sends a message
 * by calling it. A codec therefore consists of two small adapters, and a message costs a call, not
 * an object.
 */

import type { AsId, BlockIndex, Connection, PeerId, PieceIndex } from '../ids.ts';

/** Messages on a connection: those of BitTorrent (BEP 3, BEP 6), then those of CacheTorrent. */
export interface PeerMessages {
  /** The sender will not answer requests until it sends `unchoke`. */
  choke(connection: Connection): void;
  /** The sender accepts requests. */
  unchoke(connection: Connection): void;
  /** The receiver holds a piece that the sender lacks. */
  interested(connection: Connection): void;
  /** The receiver holds no piece that the sender wants. */
  notInterested(connection: Connection): void;
  /** The sender has this piece; or, from a leader to a follower, it can get the piece. */
  have(connection: Connection, piece: PieceIndex): void;
  /**
   * The sender has these pieces, as the first message on a connection: bit n mod 32 of word
   * n div 32 is piece n. The receiver may keep the array.
   */
  bitfield(connection: Connection, pieces: Uint32Array): void;
  /** Requests a span: `count` blocks of one piece from `block` on. On the wire, one for each. */
  request(connection: Connection, block: BlockIndex, count: number): void;
  /** Carries a span: `count` blocks of one piece from `block` on. On the wire, one for each. */
  piece(connection: Connection, block: BlockIndex, count: number): void;
  /** Withdraws the request for a span. On the wire, one for each block. */
  cancel(connection: Connection, block: BlockIndex, count: number): void;
  /** The receiver may request this piece while the sender chokes it (BEP 6). */
  allowedFast(connection: Connection, piece: PieceIndex): void;

  /** From a follower to its leader: relay the pieces of `target`, a peer of another AS. */
  leaderStart(connection: Connection, target: PeerId): void;

  /**
   * Whether the sender will only upload on this connection from now on, and not download (BEP 21:
   * `upload_only`). If it will download, the receiver announces its pieces.
   */
  uploadOnly(connection: Connection, isUploadOnly: boolean): void;

  /**
   * The sender has closed the connection, and sends nothing more on it. On the wire, the transport
   * below says so (TCP).
   */
  close(connection: Connection): void;
}

/** What a tracker needs to know of a peer whenever it announces itself (BEP 3). */
export type AnnounceEvent = 'started' | 'completed' | 'stopped' | 'regular';

/** The events of an announce, in the order in which messages number them. */
export const ANNOUNCE_EVENTS: readonly AnnounceEvent[] = [
  'started',
  'completed',
  'stopped',
  'regular',
];

/** Messages that are addressed to a node, before and outside any connection. */
export interface BootstrapMessages {
  /** From a new peer to the one peer that it knows: asks for the tracker. */
  trackerReq(from: PeerId): void;
  /** The answer: the node that is the tracker. */
  trackerRes(tracker: PeerId): void;
  /** From a peer to the tracker: joins the swarm. */
  join(id: PeerId, asId: AsId): void;
  /** From the tracker to a peer: its neighbours, and the AS of each. */
  neighbours(ids: Uint32Array, asIds: Uint32Array): void;
  /** From a peer to the tracker: asks whether it holds the file from the start. */
  seedReq(from: PeerId): void;
  /** The answer: the number of pieces that the peer holds, which is all or none. */
  seedRes(pieces: number): void;
  /**
   * Requests or accepts a connection. `connection` is the sender's number for it. If `uploadOnly`,
   * the sender will not download on it (BEP 21).
   */
  connReq(from: PeerId, connection: Connection, uploadOnly: boolean): void;
  /** From a peer to the tracker: the peer is a candidate. Capacities are in kbit/s. */
  candidate(id: PeerId, uploadKbps: number, downloadKbps: number): void;
  /** From the tracker to a peer: the leaders of its AS. */
  leaders(ids: Uint32Array): void;
  /**
   * From a peer to the tracker, in a swarm in which peers come and go: it is there, it has the
   * whole file, or it leaves; `wanted` is the number of neighbours that it asks for, `isSeed` says
   * whether it holds all pieces (BEP 3: `left` is 0).
   */
  announce(from: PeerId, event: AnnounceEvent, wanted: number, isSeed: boolean): void;
  /** From a follower to the tracker: the sender cannot reach this leader any more. */
  leaderLost(from: PeerId, leader: PeerId): void;
  /** The answer to a `connReq` that is not accepted: `from` is not there any more, or is full. */
  refused(from: PeerId): void;
}

/** All messages between nodes. */
export type Messages = PeerMessages & BootstrapMessages;

/** The name of a message. */
export type MessageKind = keyof Messages;

/** The kinds of message, in the order in which they are counted and reported. */
export const MESSAGE_KINDS: readonly MessageKind[] = [
  'choke',
  'unchoke',
  'interested',
  'notInterested',
  'have',
  'bitfield',
  'request',
  'piece',
  'cancel',
  'allowedFast',
  'leaderStart',
  'uploadOnly',
  'close',
  'trackerReq',
  'trackerRes',
  'join',
  'neighbours',
  'seedReq',
  'seedRes',
  'connReq',
  'candidate',
  'leaders',
  'announce',
  'leaderLost',
  'refused',
];
