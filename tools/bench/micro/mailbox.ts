/** The mailbox: a message from one actor to another, without its contents. */

import { Inbox } from '../../../packages/simulator/src/engine/mailbox/inbox.ts';
import { Outbox, outboxMemory } from '../../../packages/simulator/src/engine/mailbox/outbox.ts';
import { type Microbenchmark, sized } from './micro.ts';

/** An envelope with a `have` for three receivers. */
const PAYLOAD_BYTES = 4 + 3 * 12 + 9;

export const MAILBOX: readonly Microbenchmark[] = [
  mailbox(14, 1_000),
  mailbox(56, 10_000),
  mailbox(1_000, 10_000),
];

function mailbox(actors: number, messages: number): Microbenchmark {
  return {
    name: `mailbox: a message, ${sized(messages)} per window, ${sized(actors)} actors`,
    make: () => {
      const memory = outboxMemory(actors);
      const outbox = new Outbox(memory, actors);
      const inbox = new Inbox([memory]);
      const sender = { id: 0, nowMs: 0, messageOrder: 0 };
      const receiver = { deliver: (): void => {} };
      const run = (): void => {
        outbox.clear();
        for (let n = 0; n < messages; n++) {
          sender.nowMs = n;
          sender.messageOrder = n;
          outbox.begin((n * 7) % actors, sender, PAYLOAD_BYTES);
          outbox.end(PAYLOAD_BYTES);
        }
        inbox.open();
        let delivered = 0;
        for (let actor = 0; actor < actors; actor++) delivered += inbox.deliver(actor, receiver);
        if (delivered !== messages) throw new Error('a message was lost');
      };
      return { operations: messages, run };
    },
  };
}
