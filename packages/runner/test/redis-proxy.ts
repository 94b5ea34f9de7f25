/** A proxy in front of a Redis that injects faults: dropped replies and delayed commands. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

import type { RedisServer } from './redis-server.ts';

export interface NetworkFaults {
  /** Whether to close the connection instead of delivering a reply. */
  readonly dropsReply?: (reply: string) => boolean;
  /** Returns the delay of a command. */
  readonly delayMs?: (command: string) => number;
}

export class RedisProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(redis: RedisServer, { dropsReply, delayMs }: NetworkFaults): Promise<RedisProxy> {
    const server = createServer();
    const proxy = new RedisProxy(server);
    server.on('connection', (client) => {
      const upstream = connect(redis.port, '127.0.0.1');
      const end = () => [client, upstream].forEach((socket) => socket.destroy());
      for (const socket of [client, upstream]) {
        proxy.#sockets.add(socket);
        socket.on('error', end).on('close', end);
      }
      client.on('data', (command) => {
        const ms = delayMs?.(String(command)) ?? 0;
        if (ms === 0) upstream.write(command);
        else setTimeout(() => upstream.write(command), ms);
      });
      upstream.on('data', (reply) => {
        if (dropsReply?.(String(reply))) end();
        else client.write(reply);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
