/** The codec: a message encoded into shared memory and decoded from it, as in a run. */

import {
  type BlockIndex,
  type Connection,
  decode,
  Encoder,
  type Messages,
  MESSAGE_KINDS,
  type PieceIndex,
} from '@cachetorrent/protocol';

import { countingReceiver, type Microbenchmark, sized } from './micro.ts';

const MESSAGES = 1_000;
const MESSAGE_BYTES = 20;

export const CODEC: readonly Microbenchmark[] = [
  coded('a have', (encoder, n) => encoder.have(0 as Connection, n as PieceIndex)),
  coded('a choke', (encoder) => encoder.choke()),
  coded('a piece', (encoder, n) => encoder.piece(0 as Connection, n as BlockIndex, 1)),
];

function coded(what: string, encode: (encoder: Encoder, n: number) => void): Microbenchmark {
  return {
    name: `codec: ${what}, encoded and decoded, ${sized(MESSAGES)} in a row`,
    make: () => {
      const view = new DataView(new SharedArrayBuffer(MESSAGES * MESSAGE_BYTES));
      const encoder = new Encoder(view);
      const { receiver, calls } = countingReceiver<Messages>(MESSAGE_KINDS);
      const run = (): void => {
        encoder.moveTo(view, 0);
        for (let n = 0; n < MESSAGES; n++) encode(encoder, n);
        const end = encoder.offset;
        let offset = 0;
        while (offset < end) offset = decode(view, offset, end, 0 as Connection, receiver);
        if (calls.count % MESSAGES !== 0) throw new Error('a message was lost');
      };
      return { operations: MESSAGES, run };
    },
  };
}
