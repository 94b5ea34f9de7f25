/**
 * The events that a session reports to its owner. An event and its bytes remain valid until the
 * next call of `pollEvent` (a block of a piece: until the next `receive`): copy what must last.
 */

import type { Features } from '../codec/handshake.ts';
import type { Violation, ViolationReaction } from '../codec/violation-rules.ts';
import type { CacheTorrentMessage } from '../extensions/cachetorrent.ts';
import type { ExtendedHandshake } from '../extensions/extended-handshake.ts';
import type { MetadataMessage } from '../extensions/metadata-exchange.ts';
import type { PeerExchange } from '../extensions/peer-exchange.ts';
import type { SessionTorrent } from './options.ts';

/** A range of bytes of a piece. */
export interface BlockRange {
  /** The index of the piece, from 0. */
  readonly piece: number;
  /** The offset of the range in the piece, in bytes. */
  readonly begin: number;
  /** The number of bytes. */
  readonly length: number;
}

/** Something that the remote peer did, or that happened to the connection. */
export type SessionEvent =
  /** Both handshakes are complete. The first event, unless violations or `closed` precede it. */
  | {
      readonly type: 'handshake';
      readonly torrent: SessionTorrent;
      readonly peerId: Uint8Array;
      /** The features that both sides support. */
      readonly features: Features;
    }
  | { readonly type: 'choke' }
  | { readonly type: 'unchoke' }
  | { readonly type: 'interested' }
  | { readonly type: 'not-interested' }
  /** A piece that the peer did not hold before; in profile `classic`, every `have`. */
  | { readonly type: 'have'; readonly piece: number }
  /** All pieces that the peer holds. At most once, and before any `have`. */
  | { readonly type: 'bitfield'; readonly bits: Uint8Array; readonly count: number }
  /** A piece that the peer no longer holds (BEP 54). */
  | { readonly type: 'dont-have'; readonly piece: number }
  /** A request that we may answer: it is in range, we hold the piece, the peer is not choked. */
  | ({ readonly type: 'request' } & BlockRange)
  /** The peer has cancelled this request. The session has sent the reject that BEP 6 demands. */
  | ({ readonly type: 'cancel' } & BlockRange)
  /** A block that we requested. */
  | {
      readonly type: 'piece';
      readonly piece: number;
      readonly begin: number;
      readonly block: Uint8Array;
    }
  /** The peer will not answer this request of ours. */
  | ({ readonly type: 'reject' } & BlockRange)
  | { readonly type: 'suggest'; readonly piece: number }
  | { readonly type: 'allowed-fast'; readonly piece: number }
  | { readonly type: 'port'; readonly port: number }
  | { readonly type: 'extended-handshake'; readonly handshake: ExtendedHandshake }
  | { readonly type: 'cachetorrent'; readonly message: CacheTorrentMessage }
  | { readonly type: 'metadata'; readonly message: MetadataMessage }
  | { readonly type: 'peer-exchange'; readonly exchange: PeerExchange }
  /** A message of an extension to which the owner assigned an id and which is unknown here. */
  | { readonly type: 'extended'; readonly name: string; readonly payload: Uint8Array }
  /** A violation that does not close the connection. For logs and counts. */
  | {
      readonly type: 'violation';
      readonly violation: Violation;
      readonly reaction: ViolationReaction;
      readonly detail: string;
    }
  /** The last event. The remaining output may still be sent. */
  | { readonly type: 'closed'; readonly reason: CloseReason; readonly detail: string };

/** A mutable event that is reused, for messages that are too frequent for an object each. */
export type ReusedEvent<Type extends SessionEvent['type']> = {
  -readonly [Key in keyof Extract<SessionEvent, { type: Type }>]: Extract<
    SessionEvent,
    { type: Type }
  >[Key];
};

/** Why a connection was closed: a violation by the remote peer, or another reason. */
export type CloseReason =
  | Violation
  /** The remote peer closed the connection. */
  | 'peer-closed'
  /** The transport failed. */
  | 'connection-failed'
  /** Neither side is interested in the other. */
  | 'redundant'
  /** The connection limit is reached, and another peer may be more useful. */
  | 'too-many-connections'
  /** We are stopping. */
  | 'stopping';
