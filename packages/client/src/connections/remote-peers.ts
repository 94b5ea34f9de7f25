/** The remote peers that we are connected to, by TCP connection and by our peer's number. */

import type { Connection } from '@cachetorrent/protocol';

import type { TcpConnection } from '../net/tcp-connection.ts';
import type { RemotePeer } from './remote-peer.ts';

/** The remote peers that we are connected to, in the order in which they were added. */
export class RemotePeers implements Iterable<RemotePeer> {
  readonly #byTcp = new Map<TcpConnection, RemotePeer>();
  #byConnection: (RemotePeer | undefined)[] = [];

  get count(): number {
    return this.#byTcp.size;
  }

  /** How many are unchoked and interested in us. */
  get unchokedCount(): number {
    let count = 0;
    for (const { tcp } of this) {
      if (!tcp.state.amChoking && tcp.state.peerInterested) count++;
    }
    return count;
  }

  [Symbol.iterator](): Iterator<RemotePeer> {
    return this.#byTcp.values();
  }

  /** Returns the remote peer at the other end of `tcp`; undefined if there is none. */
  byTcp(tcp: TcpConnection): RemotePeer | undefined {
    return this.#byTcp.get(tcp);
  }

  /** Returns the remote peer on this connection of our peer; undefined if there is none. */
  byConnection(connection: Connection): RemotePeer | undefined {
    return this.#byConnection[connection];
  }

  add(remote: RemotePeer): void {
    this.#byTcp.set(remote.tcp, remote);
  }

  /** Sets the number that our peer has given to a connection. */
  setConnection(remote: RemotePeer, connection: Connection): void {
    remote.connection = connection;
    this.#byConnection[connection] = remote;
  }

  remove({ tcp, connection }: RemotePeer): void {
    this.#byTcp.delete(tcp);
    this.#byConnection[connection] = undefined;
  }
}
