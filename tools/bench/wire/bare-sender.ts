/** The sending thread of `bare-sockets.ts`. */

import { connect } from 'node:net';
import { workerData } from 'node:worker_threads';

import type { Sending } from './bare-sockets.ts';

const CHUNK_BYTES = 2 ** 18;

const { port, bytes } = workerData as Sending;
const chunk = new Uint8Array(CHUNK_BYTES);
const socket = connect(port, '127.0.0.1', () => sendRest(bytes));

function sendRest(left: number): void {
  let rest = left;
  while (rest > 0) {
    rest -= CHUNK_BYTES;
    if (!socket.write(chunk)) {
      socket.once('drain', () => sendRest(rest));
      return;
    }
  }
  socket.end();
}
