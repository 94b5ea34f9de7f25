/** Listens for peers on a TCP port. */

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { ClientError } from '../client-error.ts';

export class Listener {
  readonly #server: Server;

  constructor(onConnected: (socket: Socket) => void) {
    this.#server = createServer({ noDelay: true }, onConnected);
  }

  /** `host` undefined listens on all addresses; port 0 takes any. Returns the port. */
  async start(host: string | undefined, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        reject(
          new ClientError(
            {
              at: `${host ?? '*'}:${port}`,
              problem: `nothing can listen there (${error.message})`,
              fix: 'choose another address or port',
            },
            error,
          ),
        );
      });
      this.#server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
  }
}
