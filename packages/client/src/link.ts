/** A connection that our peer knows of: the wire on one side, a number on the other. */

import type { Connection, PeerId } from '@cachetorrent/protocol';
import { type Endpoint, PieceTrust } from '@cachetorrent/protocol/wire';

import type { TcpConnection } from './net/tcp-connection.ts';
import { Deliveries } from './transfer/deliveries.ts';
import { Fetches } from './transfer/fetches.ts';
import { Pace } from './transfer/pace.ts';

export class Link {
  readonly connection: TcpConnection;
  /** Who it is, as our peer numbers them. */
  readonly id: PeerId;
  /** Where it listens, if it has said so. */
  readonly endpoint: Endpoint | undefined;
  /** Its autonomous system, if anybody has said so. */
  readonly system: number | undefined;
  /** We opened it for a follower of ours. */
  readonly isOnBehalf: boolean;
  /** The number of the connection; another one after a change of roles. */
  on: Connection;

  /** What it is asked for, and what it has asked for. */
  readonly fetches: Fetches<Link> = new Fetches();
  readonly deliveries: Deliveries = new Deliveries();
  /** Pieces that it can get, and has not said that it holds. */
  readonly relayed: Set<number> = new Set();

  readonly trust: PieceTrust = new PieceTrust();
  /** It has left our requests unanswered, and is not asked until it sends something. */
  isSnubbing = false;
  /** When it last sent a block, or was first asked for one. */
  lastBlockMs = 0;

  /** When a block last went either way; before that, when it came. */
  usedAtMs: number = performance.now();
  /** When it was last the reason for a round of the choker. */
  hurriedAtMs: number = -Infinity;

  /** It has been told what we hold. */
  hasSaidHoldings = false;

  readonly pace: Pace = new Pace(performance.now());
  receivedBytes = 0;
  sentBytes = 0;

  constructor(
    connection: TcpConnection,
    who: Pick<Link, 'id' | 'endpoint' | 'system' | 'isOnBehalf' | 'on'>,
  ) {
    this.connection = connection;
    this.id = who.id;
    this.endpoint = who.endpoint;
    this.system = who.system;
    this.isOnBehalf = who.isOnBehalf;
    this.on = who.on;
  }
}
