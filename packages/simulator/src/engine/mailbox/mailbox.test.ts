import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { Inbox } from './inbox.ts';
import { Outbox, outboxMemory } from './outbox.ts';

/** A message is written `source>target:text`. Each string holds the messages of one worker. */
describe('an actor receives', () => {
  test.each([
    { rule: 'nothing if nothing was sent', sent: [''], received: { 0: '' } },
    {
      rule: 'the messages to it, in the order in which they were sent',
      sent: ['0>1:a 0>1:b 0>2:c'],
      received: { 1: '0a 0b', 2: '0c' },
    },
    { rule: 'messages to itself', sent: ['1>1:a'], received: { 1: '1a' } },
    {
      rule: 'messages by source, not by worker',
      sent: ['1>0:b 3>0:d', '0>0:a 2>0:c'],
      received: { 0: '0a 1b 2c 3d' },
    },
    {
      rule: 'all messages of one source before those of the next',
      sent: ['1>0:a 1>0:b', '2>0:c', '0>0:d 0>0:e'],
      received: { 0: '0d 0e 1a 1b 2c' },
    },
    { rule: 'empty messages, too', sent: ['0>1: 0>1:'], received: { 1: '0 0' } },
  ])('$rule', ({ sent, received }) => {
    const memories = sent.map(() => outboxMemory(4));
    for (const [worker, text] of sent.entries()) {
      const outbox = new Outbox(memories[worker]!, 4);
      for (const message of text.split(' ').filter(Boolean)) {
        const [, source, target, word] = /(\d)>(\d):(.*)/.exec(message)!;
        send(outbox, Number(source), Number(target), word!);
      }
    }
    const inbox = new Inbox(memories);
    inbox.open();
    for (const [target, expected] of Object.entries(received)) {
      expect(receivedBy(inbox, Number(target)).join(' ')).toBe(expected);
    }
  });

  test('the contents of the outbox, as often as it reads, and nothing after it is cleared', () => {
    const memory = outboxMemory(2);
    const outbox = new Outbox(memory, 2);
    const inbox = new Inbox([memory]);
    send(outbox, 0, 1, 'a');
    inbox.open();
    expect(receivedBy(inbox, 1)).toEqual(['0a']);
    expect(receivedBy(inbox, 1)).toEqual(['0a']);
    outbox.clear();
    expect(receivedBy(inbox, 1)).toEqual([]);
  });
});

describe('an outbox refuses', () => {
  const outbox = () => new Outbox(outboxMemory(2), 2);
  const sender = { id: 0, nowMs: 1, messageOrder: 1 };

  test.each([
    {
      rule: 'a second message before the first has ended',
      does: (box: Outbox) => {
        box.begin(0, sender, 8);
        box.begin(0, sender, 8);
      },
      claim: 'a message ends before the next one begins',
    },
    {
      rule: 'the end of a message that has not begun',
      does: (box: Outbox) => box.end(0),
      claim: 'a message begins before it ends',
    },
    {
      rule: 'more bytes than were reserved',
      does: (box: Outbox) => {
        box.begin(0, sender, 8);
        box.end(2 ** 20);
      },
      claim: 'a message fits into the space that it reserved',
    },
  ])('$rule', ({ does, claim }) => {
    expect(() => does(outbox())).toThrow(`bug: ${claim}`);
  });

  test('to grow beyond the range of its offsets', () => {
    expect(() => outbox().begin(0, sender, 2 ** 30 * 1.99)).not.toThrow();
    const full = outbox();
    full.begin(0, sender, 2 ** 30);
    full.end(0);
    expect(() => full.begin(1, sender, 2 ** 30)).toThrow('use more workers');
  });

  test('nothing after a message was cancelled', () => {
    const box = outbox();
    box.begin(0, sender, 8);
    box.cancel();
    expect(() => box.begin(0, sender, 8)).not.toThrow();
  });
});

test('all messages arrive, of any number and length, in every window', () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = seededRandom('mailbox', seed);
    const actorCount = 1 + random.below(seed % 5 === 0 ? 600 : 12);
    const workers = 1 + random.below(4);
    const memories = Array.from({ length: workers }, () => outboxMemory(actorCount));
    const outboxes = memories.map((memory) => new Outbox(memory, actorCount));
    const inbox = new Inbox(memories);

    for (let window = 0; window < 4; window++) {
      const expected = Array.from({ length: actorCount }, (): string[] => []);
      for (const outbox of outboxes) outbox.clear();
      for (let source = 0; source < actorCount; source++) {
        const worker = random.below(workers);
        for (let n = random.below(Math.ceil(400 / Math.min(actorCount, 100))); n >= 0; n--) {
          const target = random.below(actorCount);
          const length = random.below(20) === 0 ? random.below(100_000) : random.below(50);
          const text = String.fromCodePoint(97 + random.below(26)).repeat(length);
          send(outboxes[worker]!, source, target, text);
          expected[target]!.push(`${source}${text}`);
        }
      }
      inbox.open();
      for (let target = 0; target < actorCount; target++) {
        const received = receivedBy(inbox, target);
        // Comparing long texts is quick; printing them is not.
        expect(received.length, `seed ${seed}`).toBe(expected[target]!.length);
        expect(
          received.every((text, n) => text === expected[target]![n]),
          `seed ${seed}`,
        ).toBe(true);
      }
    }
  }
});

let order = 0;

function send(outbox: Outbox, source: number, target: number, text: string): void {
  const sender = { id: source, nowMs: source / 2, messageOrder: ++order };
  const offset = outbox.begin(target, sender, text.length + 5);
  for (let at = 0; at < text.length; at++) outbox.view.setUint8(offset + at, text.charCodeAt(at));
  outbox.end(text.length);
}

function receivedBy(inbox: Inbox, target: number): string[] {
  const texts: string[] = [];
  let last = 0;
  let lastSource = 0;
  inbox.deliver(target, {
    deliver(source, sentMs, itsOrder, bytes, offset, length) {
      expect(sentMs).toBe(source / 2);
      if (source === lastSource) expect(itsOrder).toBeGreaterThan(last);
      [last, lastSource] = [itsOrder, source];
      const text = new Uint8Array(bytes.buffer, offset, length);
      texts.push(`${source}${Buffer.from(text).toString('latin1')}`);
    },
  });
  return texts;
}
