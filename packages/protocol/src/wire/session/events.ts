/**
 * What a session tells its owner. An event, and the bytes in it, hold until the next call of
 * `pollEvent` (a block of a piece: until the next `receive`): copy what must last.
 */

import type { CacheTorrentMessage } from '../extensions/cachetorrent.ts';
import type { ExtendedHandshake } from '../extensions/extended-handshake.ts';
import type { Features } from '../codec/handshake.ts';
import type { MetadataMessage } from '../extensions/metadata-exchange.ts';
import type { PeerExchange } from '../extensions/peer-exchange.ts';
import type { Fault, Reaction } from './violation-rules.ts';
import type { SessionTorrent } from './options.ts';

/** Bytes of a piece. */
export interface BlockRange {
  /** The number of the piece, from 0. */
  readonly piece: number;
  /** Where in the piece it begins, in bytes. */
  readonly begin: number;
  /** How many bytes it has. */
  readonly length: number;
}

/** Something that the other side did, or that became of the connection. */
export type SessionEvent =
  /** Both sides have said who they are. The first event, unless it is `closed`. */
  | {
      readonly type: 'handshake';
      readonly torrent: SessionTorrent;
      readonly peerId: Uint8Array;
      /** What both sides offer. */
      readonly features: Features;
    }
  | { readonly type: 'choke' }
  | { readonly type: 'unchoke' }
  | { readonly type: 'interested' }
  | { readonly type: 'not-interested' }
  /** A piece that it did not hold before; in profile `classic`, every time it says so. */
  | { readonly type: 'have'; readonly piece: number }
  /** All that it holds, in place of so many `have`. At most once, and before any `have`. */
  | { readonly type: 'bitfield'; readonly bits: Uint8Array; readonly count: number }
  /** A piece that it does not hold any more (BEP 54). */
  | { readonly type: 'dont-have'; readonly piece: number }
  /** A request that we may answer: it is in range, we hold the piece, it is not choked. */
  | ({ readonly type: 'request' } & BlockRange)
  /** It has cancelled this request; the answer that is due has been given. */
  | ({ readonly type: 'cancel' } & BlockRange)
  /** A block that we asked for. */
  | {
      readonly type: 'piece';
      readonly piece: number;
      readonly begin: number;
      readonly block: Uint8Array;
    }
  /** It will not answer this request of ours. */
  | ({ readonly type: 'reject' } & BlockRange)
  | { readonly type: 'suggest'; readonly piece: number }
  | { readonly type: 'allowed-fast'; readonly piece: number }
  | { readonly type: 'port'; readonly port: number }
  | { readonly type: 'extended-handshake'; readonly handshake: ExtendedHandshake }
  | { readonly type: 'cachetorrent'; readonly message: CacheTorrentMessage }
  | { readonly type: 'metadata'; readonly message: MetadataMessage }
  | { readonly type: 'peer-exchange'; readonly exchange: PeerExchange }
  /** A message of an extension that the owner gave an id and this package does not know. */
  | { readonly type: 'extended'; readonly name: string; readonly payload: Uint8Array }
  /** It broke a rule and gets away with it. For logs and counts. */
  | {
      readonly type: 'violation';
      readonly fault: Fault;
      readonly reaction: Reaction;
      readonly detail: string;
    }
  /** The last event. Whatever is left of the output may still be sent. */
  | { readonly type: 'closed'; readonly reason: CloseReason; readonly detail: string };

/** An event that is filled in anew each time, for what is too frequent to make an object for. */
export type ReusedEvent<Type extends SessionEvent['type']> = {
  -readonly [Key in keyof Extract<SessionEvent, { type: Type }>]: Extract<
    SessionEvent,
    { type: Type }
  >[Key];
};

/** A rule that the other side broke, or why we want no more of it. */
export type CloseReason =
  | Fault
  /** The other side hung up. */
  | 'ended'
  /** The transport failed. */
  | 'connection-failed'
  /** Neither side needs the other. */
  | 'redundant'
  /** There is no room, and somebody else may be of more use. */
  | 'crowded'
  /** We are stopping. */
  | 'stopping';
