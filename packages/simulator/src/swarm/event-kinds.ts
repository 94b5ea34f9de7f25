/**
 * The kinds of event in the queue of an AS.
 *
 * The first are messages on their way, numbered as `MESSAGE_KINDS` has them; then comes what a
 * node has to do at some time, whoever says what.
 */

import { MESSAGE_KINDS, type MessageKind } from '@cachetorrent/protocol';

const of = (kind: MessageKind): number => MESSAGE_KINDS.indexOf(kind);

// On a connection: a is the machine that hears it, b its connection, c the piece or peer.
export const CHOKE: number = of('choke');
export const UNCHOKE: number = of('unchoke');
export const INTERESTED: number = of('interested');
export const NOT_INTERESTED: number = of('notInterested');
export const HAVE: number = of('have');
export const REQUEST: number = of('request');
export const PIECE: number = of('piece');
export const LEADER_START: number = of('leaderStart');

// To a node: a is the machine that hears it, b and c are numbers, or b is a parcel's place.
export const TRACKER_REQ: number = of('trackerReq');
export const TRACKER_RES: number = of('trackerRes');
export const JOIN: number = of('join');
export const NEIGHBOURS: number = of('neighbours');
export const SEED_REQ: number = of('seedReq');
export const SEED_RES: number = of('seedRes');
export const CONN_REQ: number = of('connReq');
export const CANDIDATE: number = of('candidate');
export const LEADERS: number = of('leaders');

/** A node arrives: a is its rank in its AS. */
export const ARRIVE: number = MESSAGE_KINDS.length;
/** It is time for a round of the choker: a is the machine. */
export const RECHOKE: number = ARRIVE + 1;
/** The last bit of a piece has been sent: a is the flow, b its turn. */
export const PIECE_SENT: number = ARRIVE + 2;
