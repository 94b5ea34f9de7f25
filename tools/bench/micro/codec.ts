/** The codec: a message written down and read out again, into shared memory as in a run. */

import {
  type Connection,
  decode,
  Encoder,
  type Messages,
  MESSAGE_KINDS,
  type PieceIndex,
} from '@cachetorrent/protocol';

import { type Micro, sized } from './micro.ts';

const MESSAGES = 1_000;
const MESSAGE_BYTES = 20;

export const CODEC: readonly Micro[] = [
  coded('a have', (encoder, n) => encoder.have(0 as Connection, n as PieceIndex)),
  coded('a choke', (encoder) => encoder.choke()),
  coded('a piece', (encoder, n) => encoder.piece(0 as Connection, n as PieceIndex)),
];

function coded(what: string, say: (encoder: Encoder, n: number) => void): Micro {
  return {
    name: `codec: ${what}, written and read, ${sized(MESSAGES)} in a row`,
    make: () => {
      const view = new DataView(new SharedArrayBuffer(MESSAGES * MESSAGE_BYTES));
      const encoder = new Encoder(view, 1_960_000);
      const { hearer, heard } = listener();
      const run = (): void => {
        encoder.moveTo(view, 0);
        for (let n = 0; n < MESSAGES; n++) say(encoder, n);
        const end = encoder.offset;
        let offset = 0;
        while (offset < end) offset = decode(view, offset, end, 0 as Connection, hearer);
        if (heard.count % MESSAGES !== 0) throw new Error('a message was lost');
      };
      return { operations: MESSAGES, run };
    },
  };
}

/** Hears everything, and counts it. */
function listener(): { readonly hearer: Messages; readonly heard: { count: number } } {
  const heard = { count: 0 };
  const count = (): void => {
    heard.count++;
  };
  const hearer = Object.fromEntries(MESSAGE_KINDS.map((kind) => [kind, count]));
  return { hearer: hearer as unknown as Messages, heard };
}
