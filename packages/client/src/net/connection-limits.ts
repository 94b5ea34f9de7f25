/**
 * Limits the connections of a server, in all and of each address. Where there are too many, the
 * oldest of them is closed: a request takes an instant, so what has been open for longest is idle.
 */

import type { Server, Socket } from 'node:net';

import { addressBlock } from './address-block.ts';

/** The limits on open connections. */
export interface ConnectionLimits {
  /** Of all addresses together. */
  readonly all: number;
  /** Of one address. */
  readonly perAddress: number;
}

/** Applies the limits to the connections that the server accepts from now on. */
export function limitConnections(server: Server, { all, perAddress }: ConnectionLimits): void {
  // In the order in which they were opened, with the block of addresses of each.
  const open = new Map<Socket, string>();
  const byAddress = new Map<string, Set<Socket>>();

  function forget(socket: Socket): void {
    const block = open.get(socket);
    if (block === undefined) return;
    open.delete(socket);
    const sameAddress = byAddress.get(block)!;
    sameAddress.delete(socket);
    if (sameAddress.size === 0) byAddress.delete(block);
  }

  server.on('connection', (socket: Socket) => {
    const block = addressBlock(socket.remoteAddress ?? '');
    const sameAddress = byAddress.get(block) ?? new Set();
    byAddress.set(block, sameAddress.add(socket));
    open.set(socket, block);
    socket.once('close', () => forget(socket));

    if (sameAddress.size <= perAddress && open.size <= all) return;
    const [oldest] = (sameAddress.size > perAddress ? sameAddress : open).keys();
    forget(oldest!);
    oldest!.destroy();
  });
}
