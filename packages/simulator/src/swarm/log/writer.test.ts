import { once } from 'node:events';
import { BroadcastChannel } from 'node:worker_threads';

import { NO_PIECE, type PeerId } from '@cachetorrent/protocol';
import { afterEach, expect, test, vi } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { makePlan } from '../plan/make-plan.ts';
import { Plan } from '../plan/plan.ts';
import { channelOf, type LogSetup, MessageRecords, type Page } from './record.ts';
import { LogWriter } from './writer.ts';

const plan = new Plan(makePlan({ ...FORTY, leaderPercent: 10, subTorrents: 3, pieces: 31 }, 1));
const SYSTEM = 2;
let tests = 0;

function stage() {
  const setup: LogSetup = { channel: `test of the log ${tests++}`, wanted: [true, false], unread: new SharedArrayBuffer(4) };
  const reader = new BroadcastChannel(channelOf(setup, SYSTEM));
  const pages: Page[] = [];
  reader.addEventListener('message', (event) => pages.push((event as unknown as { data: Page }).data));
  const writer = new LogWriter(setup, plan, SYSTEM);
  /** Choke is kind 0, unchoke kind 1; to the peer of the node of this rank in this part. */
  const note = (atMs: number, kind: number, rank: number, part: number, piece: number) =>
    writer.note(atMs, kind, 7 as PeerId, SYSTEM, 3 * rank + part, piece);
  const heard = async (count: number) => {
    while (pages.length < count) await once(reader, 'message');
    reader.close();
    return pages;
  };
  return { writer, note, heard, unread: new Int32Array(setup.unread) };
}

afterEach(() => vi.restoreAllMocks());

test('a page is handed over at an instant, with what was said before it', async () => {
  const { writer, note, heard, unread } = stage();
  note(1.5, 0, 4, 0, NO_PIECE);
  note(2, 1, 4, 0, NO_PIECE);
  note(2.5, 0, 5, 2, 3);
  writer.meet(0, 500);
  writer.end();
  const [page, last] = await heard(2);
  const records = new MessageRecords(page!.doubles);
  const lines = [...new Array(records.length).keys()].map((i) =>
    [records.atMs(i), records.from(i), records.to(i), records.kind(i), records.piece(i)]);
  const ids = plan.idsOf(SYSTEM);
  expect(lines).toEqual([[1.5, 7, ids[4], 0, -1], [2.5, 7, ids[5], 0, 10 + 10 + 3]]);
  expect(page!.doneUntilMs).toBe(500);
  expect(last).toEqual({ doubles: new Float64Array(0), doneUntilMs: Infinity });
  expect(unread[0]).toBe(2);
});

test('a page that is full is handed over at once; more may be said at that time', async () => {
  const { writer, note, heard } = stage();
  for (let i = 0; i < 3_000; i++) note(i, 0, 0, 0, NO_PIECE);
  writer.end();
  const pages = await heard(2);
  expect(pages.map(({ doubles, doneUntilMs }) => [doubles.length / 3, doneUntilMs])).toEqual([[2048, 2048], [952, Infinity]]);
});

test('it waits for a reader who is far behind, but only where all stand at an instant', () => {
  const { writer, unread } = stage();
  const wait = vi.spyOn(Atomics, 'wait').mockImplementation(() => {
    unread[0]! -= 100;
    return 'ok';
  });
  unread[0] = 2 ** 21;
  writer.meet(0, 500);
  writer.meet(1, 500);
  expect(wait).not.toHaveBeenCalled();
  unread[0] += 250;
  writer.meet(0, 1_000);
  writer.meet(2, 1_000);
  expect(wait).not.toHaveBeenCalled();
  writer.meet(1, 1_000);
  expect(wait).toHaveBeenCalledTimes(3);
  writer.end();
});

test('it does not wait for ever', () => {
  const { writer, unread } = stage();
  const wait = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
  unread[0] = 2 ** 30;
  writer.meet(1, 500);
  const waitedMs = wait.mock.calls.reduce((sum, [, , , ms = Infinity]) => sum + ms, 0);
  expect(waitedMs).toBeLessThanOrEqual(5_000);
  writer.end();
});
