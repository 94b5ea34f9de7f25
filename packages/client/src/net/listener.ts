/** Accepts connections on a TCP port. */

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { ClientError } from '../errors.ts';

/** Accepts connections on a TCP port. */
export class Listener {
  readonly #server: Server;

  constructor(onConnected: (socket: Socket) => void) {
    this.#server = createServer({ noDelay: true }, onConnected);
  }

  /**
   * Listens, and returns the port. `host` undefined listens on all addresses; `port` 0 takes a
   * free port.
   *
   * @throws ClientError if the address or port cannot be used.
   */
  async start(host: string | undefined, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(host ?? '*', port, error)));
      this.#server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
  }
}

/** Returns the error of a server that cannot listen. */
export function listenError(host: string, port: number, cause: Error): ClientError {
  const details = {
    at: `${host}:${port}`,
    problem: `cannot listen there (${cause.message})`,
    fix: 'choose another address or port',
  };
  return new ClientError(details, cause);
}
