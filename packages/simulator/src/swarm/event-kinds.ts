/**
 * The kinds of event in the event queue of an AS.
 *
 * The first kinds are messages in transit, in the order of `MESSAGE_KINDS`: those on a connection,
 * then those to a node. The remaining kinds are what the nodes of the AS do at a given time.
 */

import { MESSAGE_KINDS, type MessageKind } from '@cachetorrent/protocol';

const of = (kind: MessageKind): number => MESSAGE_KINDS.indexOf(kind);

// On a connection: a is the receiver's index in its AS, b its connection, c a piece, a block
// or a peer.
export const CHOKE: number = of('choke');
export const UNCHOKE: number = of('unchoke');
export const INTERESTED: number = of('interested');
export const NOT_INTERESTED: number = of('notInterested');
export const HAVE: number = of('have');
export const BITFIELD: number = of('bitfield');
export const REQUEST: number = of('request');
export const PIECE: number = of('piece');
export const CANCEL: number = of('cancel');
export const ALLOWED_FAST: number = of('allowedFast');
export const LEADER_START: number = of('leaderStart');
export const UPLOAD_ONLY: number = of('uploadOnly');
export const CLOSE: number = of('close');

// To a node: a is the receiver's index in its AS, b and c are the fields of the message
// (`transport/message-fields.ts`).
export const TRACKER_REQ: number = of('trackerReq');
export const TRACKER_RES: number = of('trackerRes');
export const JOIN: number = of('join');
export const NEIGHBOURS: number = of('neighbours');
export const SEED_REQ: number = of('seedReq');
export const SEED_RES: number = of('seedRes');
export const CONN_REQ: number = of('connReq');
export const CANDIDATE: number = of('candidate');
export const LEADERS: number = of('leaders');
export const ANNOUNCE: number = of('announce');
export const LEADER_LOST: number = of('leaderLost');
export const REFUSED: number = of('refused');

/** Kinds below this one are messages on a connection. */
export const FIRST_NODE_MESSAGE: number = TRACKER_REQ;

/** A node arrives in the swarm, for the first time or again: a is its index in its AS. */
export const ARRIVE: number = MESSAGE_KINDS.length;
/** A peer runs its choker: a is its index in its AS. */
export const RECHOKE: number = ARRIVE + 1;
/** The last bit of a piece has been sent: a is the flow, b the ticket of this prediction. */
export const PIECE_SENT: number = ARRIVE + 2;
/** A node has a reason to leave: a is its index in its AS, b the reason, c its stay. */
export const LEAVE: number = ARRIVE + 3;
/** A node looks whether to announce itself: a is its index in its AS. */
export const ANNOUNCE_DUE: number = ARRIVE + 5;
/** A peer looks at its bound of connections: a is its index in its AS, c the number of its stay. */
export const CONNECTIONS_DUE: number = ARRIVE + 6;
/** A time of the schedule of faults has come: a is the event, b which of its times it is. */
export const FAULT: number = ARRIVE + 7;
/**
 * A request for a connection, or its answer, was lost: a is the peer's index, b its connection, c
 * the node at the other end.
 */
export const CONNECT_TIMEOUT: number = ARRIVE + 8;
/** A connection is over: a is the peer's index, b the connection, c the number of its stay. */
export const CONNECTION_OVER: number = ARRIVE + 4;
