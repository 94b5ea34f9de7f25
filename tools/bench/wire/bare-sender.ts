/** The sending side of `bare-sockets.ts`, as a thread. */

import { connect } from 'node:net';
import { workerData } from 'node:worker_threads';

import type { Sending } from './bare-sockets.ts';

const BLOCK_BYTES = 2 ** 18;

const { port, bytes } = workerData as Sending;
const block = new Uint8Array(BLOCK_BYTES);
const socket = connect(port, '127.0.0.1', () => more(bytes));

function more(left: number): void {
  let rest = left;
  while (rest > 0) {
    rest -= BLOCK_BYTES;
    if (!socket.write(block)) {
      socket.once('drain', () => more(rest));
      return;
    }
  }
  socket.end();
}
