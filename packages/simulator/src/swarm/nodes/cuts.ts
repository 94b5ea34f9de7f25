/**
 * What an AS does when a border of it is closed, when the connections over it have timed out, and
 * when it opens again.
 */

import type { Connection } from '@cachetorrent/protocol';

import type { ActorContext } from '../../engine/behaviour.ts';
import * as kinds from '../event-kinds.ts';
import { type Borders, CONNECTION_TIMEOUT_MS, isLong } from '../transport/borders.ts';
import type { RemoteEndpoints } from '../transport/remote-endpoints.ts';
import type { Flows } from './flows.ts';
import type { HostedPeer } from './hosted-peer.ts';
import type { Members } from './members.ts';

export interface CutsOptions {
  readonly context: ActorContext;
  readonly members: Members;
  readonly endpoints: RemoteEndpoints;
  readonly flows: Flows;
  readonly borders: Borders;
}

export class Cuts {
  readonly #options: CutsOptions;

  constructor(options: CutsOptions) {
    this.#options = options;
  }

  /** Borders may close or open now. */
  change(): void {
    const { borders, context, flows } = this.#options;
    const changes = borders.changesAt(context.nowMs);
    // What has been sent until now still crosses the border.
    this.#forAll(changes.closed, (hosted, connection) => flows.pause(hosted, connection));
    borders.apply(changes);
    this.#forAll(changes.closed, (hosted, connection) => this.#expectTimeout(hosted, connection));
    this.#forAll(changes.expired, (hosted, connection) => this.#timeOut(hosted, connection));
    this.#forAll(changes.opened, (hosted, connection) => flows.resume(hosted, connection));
  }

  /** Calls `visit` for each connection to peers of these AS that is open on our side. */
  #forAll(
    asIds: readonly number[],
    visit: (hosted: HostedPeer, connection: Connection) => void,
  ): void {
    if (asIds.length === 0) return;
    const { members, endpoints } = this.#options;
    for (const hosted of members.present) {
      if (!hosted.hasStarted) continue;
      const { peer, row } = hosted;
      for (let connection = 0 as Connection; connection < peer.connectionCount; connection++) {
        const isOver = !peer.isOpen(connection);
        if (isOver || !asIds.includes(endpoints.asId(row, connection))) continue;
        visit(hosted, connection);
      }
    }
  }

  /** The answer to a request for a connection, which has been sent before, may not arrive. */
  #expectTimeout({ row, localPeer, peer }: HostedPeer, connection: Connection): void {
    const { context, endpoints, borders } = this.#options;
    if (endpoints.isEstablished(row, connection)) return;
    if (!isLong(borders.closureTo(endpoints.asId(row, connection))!)) return;
    const atMs = context.nowMs + CONNECTION_TIMEOUT_MS;
    const remote = peer.remoteOf(connection);
    context.schedule(atMs, kinds.CONNECT_TIMEOUT, localPeer, connection, remote);
  }

  /** Requests that have been sent since time out by themselves. */
  #timeOut(hosted: HostedPeer, connection: Connection): void {
    if (this.#options.endpoints.isEstablished(hosted.row, connection)) hosted.timedOut(connection);
  }
}
