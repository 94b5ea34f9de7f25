import { once } from 'node:events';
import { BroadcastChannel } from 'node:worker_threads';

import { afterEach, expect, test, vi } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { makePlan } from '../plan/make-plan.ts';
import { Plan } from '../plan/plan.ts';
import { channelOf } from '../streams/setup.ts';
import { Outbox } from './outbox.ts';
import type { ChunkPage } from './setup.ts';

const data = makePlan(FORTY, 1);
let tests = 0;

/** The outbox of three AS of one thread, and what arrives on the main thread. */
function makeOutbox() {
  const stream = { channel: `test of the outbox ${tests++}`, unread: new SharedArrayBuffer(4) };
  const plan = new Plan(data);
  const [outbox, ...others] = [4, 5, 6].map((asId) => Outbox.join(plan, stream, asId));
  expect(others).toEqual([outbox, outbox]);
  expect(Outbox.join(new Plan(data), stream, 4)).not.toBe(outbox);
  const reader = new BroadcastChannel(channelOf(stream, 4));
  const messages: (readonly ChunkPage[])[] = [];
  reader.addEventListener('message', (event) =>
    messages.push((event as unknown as { data: readonly ChunkPage[] }).data),
  );
  const received = async (count: number) => {
    while (messages.length < count) await once(reader, 'message');
    reader.close();
    return messages.map((pages) => pages.map(({ as, doneUntilMs }) => `${as} ${doneUntilMs}`));
  };
  return { outbox: outbox!, received, unread: new Int32Array(stream.unread) };
}

const page = (as: number, doneUntilMs: number, bytes = 10): ChunkPage => ({
  as,
  chunks: [{ number: 0, bytes: new Uint8Array(bytes) }],
  doneUntilMs,
});

afterEach(() => vi.restoreAllMocks());

test('the pages of all AS of a thread are one message; the last when all have ended', async () => {
  const { outbox, received, unread } = makeOutbox();
  for (const as of [4, 5, 6]) outbox.add(page(as, 100));
  expect(unread[0]).toBe(0);
  outbox.synchronize();
  outbox.synchronize();
  expect(unread[0]).toBe(30);
  outbox.add(page(4, Infinity));
  outbox.leave();
  outbox.leave();
  expect(unread[0]).toBe(30);
  outbox.leave();
  expect(await received(2)).toEqual([['4 100', '5 100', '6 100'], ['4 Infinity']]);
});

test('many bytes are sent at once', async () => {
  const { outbox, received } = makeOutbox();
  outbox.add(page(5, 100, 200_000));
  outbox.add(page(5, 200, 100_000));
  outbox.add(page(6, 200));
  for (let users = 0; users < 3; users++) outbox.leave();
  expect(await received(2)).toEqual([['5 100', '5 200'], ['6 200']]);
});

test('it waits for a slow consumer, in the second round of an instant only', () => {
  const { outbox, unread } = makeOutbox();
  const wait = vi.spyOn(Atomics, 'wait').mockImplementation(() => {
    unread[0]! -= 1_000_000;
    return 'ok';
  });
  unread[0] = 2 ** 26 - 5;
  outbox.add(page(4, 100, 5));
  outbox.synchronize();
  expect(wait).not.toHaveBeenCalled();
  outbox.add(page(4, 200, 2_500_000));
  expect(wait).not.toHaveBeenCalled();
  outbox.synchronize();
  expect(wait).toHaveBeenCalledTimes(3);
  expect(unread[0]).toBeLessThanOrEqual(2 ** 26);
});

test('it does not wait forever', () => {
  const { outbox, unread } = makeOutbox();
  const wait = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
  unread[0] = 2 ** 30;
  outbox.synchronize();
  const waitedMs = wait.mock.calls.reduce((sum, [, , , ms = Infinity]) => sum + ms, 0);
  expect(waitedMs).toBeLessThanOrEqual(5_000);
});
