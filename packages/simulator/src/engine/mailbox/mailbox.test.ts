import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { Inbox } from './inbox.ts';
import { Outbox, outboxMemory } from './outbox.ts';

/** A message is written `source>target:text`; posts of one worker stand in its order. */
describe('an actor reads', () => {
  test.each([
    { rule: 'nothing, where nothing was posted', posts: [''], read: { 0: '' } },
    { rule: 'what was posted to it, in the order in which it was posted', posts: ['0>1:a 0>1:b 0>2:c'], read: { 1: '0a 0b', 2: '0c' } },
    { rule: 'what it posted to itself', posts: ['1>1:a'], read: { 1: '1a' } },
    { rule: 'by source, not by worker', posts: ['1>0:b 3>0:d', '0>0:a 2>0:c'], read: { 0: '0a 1b 2c 3d' } },
    { rule: 'all of one source before the next', posts: ['1>0:a 1>0:b', '2>0:c', '0>0:d 0>0:e'], read: { 0: '0d 0e 1a 1b 2c' } },
    { rule: 'empty messages too', posts: ['0>1: 0>1:'], read: { 1: '0 0' } },
  ])('$rule', ({ posts, read }) => {
    const memories = posts.map(() => outboxMemory(4));
    for (const [worker, text] of posts.entries()) {
      const outbox = new Outbox(memories[worker]!, 4);
      for (const post of text.split(' ').filter(Boolean)) {
        const [, source, target, word] = /(\d)>(\d):(.*)/.exec(post)!;
        say(outbox, Number(source), Number(target), word!);
      }
    }
    const inbox = new Inbox(memories);
    inbox.open();
    for (const [target, expected] of Object.entries(read)) {
      expect(heard(inbox, Number(target)).join(' ')).toBe(expected);
    }
  });

  test('what its outbox holds, more than once if it likes, and nothing once that is cleared', () => {
    const memory = outboxMemory(2);
    const outbox = new Outbox(memory, 2);
    const inbox = new Inbox([memory]);
    say(outbox, 0, 1, 'a');
    inbox.open();
    expect(heard(inbox, 1)).toEqual(['0a']);
    expect(heard(inbox, 1)).toEqual(['0a']);
    outbox.clear();
    expect(heard(inbox, 1)).toEqual([]);
  });
});

describe('an outbox refuses', () => {
  const outbox = () => new Outbox(outboxMemory(2), 2);
  const sender = { id: 0, nowMs: 1, postOrder: 1 };

  test.each([
    { rule: 'a second message while one is open', does: (box: Outbox) => { box.begin(0, sender, 8); box.begin(0, sender, 8); }, claim: 'a message is closed before the next is opened' },
    { rule: 'to close what is not open', does: (box: Outbox) => box.end(0), claim: 'a message is opened before it is closed' },
    { rule: 'more bytes than it was asked for', does: (box: Outbox) => { box.begin(0, sender, 8); box.end(2 ** 20); }, claim: 'a message keeps within the room it asked for' },
  ])('$rule', ({ does, claim }) => {
    expect(() => does(outbox())).toThrow(`bug: ${claim}`);
  });

  test('to grow beyond what offsets can say', () => {
    expect(() => outbox().begin(0, sender, 2 ** 30 * 1.99)).not.toThrow();
    const full = outbox();
    full.begin(0, sender, 2 ** 30);
    full.end(0);
    expect(() => full.begin(1, sender, 2 ** 30)).toThrow('use more workers');
  });

  test('nothing, after a message was given up', () => {
    const box = outbox();
    box.begin(0, sender, 8);
    box.cancel();
    expect(() => box.begin(0, sender, 8)).not.toThrow();
  });
});

test('all messages arrive, whatever their number and length, window after window', () => {
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
          say(outboxes[worker]!, source, target, text);
          expected[target]!.push(`${source}${text}`);
        }
      }
      inbox.open();
      for (let target = 0; target < actorCount; target++) {
        const read = heard(inbox, target);
        // Comparing long texts is quick; printing them is not.
        expect(read.length, `seed ${seed}`).toBe(expected[target]!.length);
        expect(read.every((text, n) => text === expected[target]![n]), `seed ${seed}`).toBe(true);
      }
    }
  }
});

let order = 0;

function say(outbox: Outbox, source: number, target: number, text: string): void {
  const sender = { id: source, nowMs: source / 2, postOrder: ++order };
  const offset = outbox.begin(target, sender, text.length + 5);
  for (let at = 0; at < text.length; at++) outbox.view.setUint8(offset + at, text.charCodeAt(at));
  outbox.end(text.length);
}

function heard(inbox: Inbox, target: number): string[] {
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
