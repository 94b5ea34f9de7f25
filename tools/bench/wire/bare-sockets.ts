/** The rate of a loopback connection of Node without a protocol: no client can be faster. */

import { type AddressInfo, createServer } from 'node:net';
import { Worker } from 'node:worker_threads';

/** The parameters of the sending thread. */
export interface Sending {
  readonly port: number;
  readonly bytes: number;
}

/** Sends `bytes` from one thread to another; returns the rate in bytes per second. */
export async function bareBytesPerS(bytes: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const received = new Promise<number>((resolve) => {
    server.once('connection', (socket) => {
      const startMs = performance.now();
      let count = 0;
      socket.on('data', (chunk: Buffer) => (count += chunk.length));
      socket.on('end', () => {
        resolve(count / ((performance.now() - startMs) / 1_000));
        socket.end();
      });
    });
  });
  const { port } = server.address() as AddressInfo;
  const workerData: Sending = { port, bytes };
  const sender = new Worker(new URL('./bare-sender.ts', import.meta.url), { workerData });
  const bytesPerS = await received;
  await sender.terminate();
  server.close();
  return bytesPerS;
}
