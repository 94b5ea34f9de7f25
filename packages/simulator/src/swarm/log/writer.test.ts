import { once } from 'node:events';
import { BroadcastChannel } from 'node:worker_threads';

import { NO_PIECE, type PeerId } from '@cachetorrent/protocol';
import { afterEach, expect, test, vi } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { makePlan } from '../plan/make-plan.ts';
import { Plan } from '../plan/plan.ts';
import { channelOf } from '../streams/setup.ts';
import { MessageRecords, type Page, RECORD_DOUBLES } from './record.ts';
import { LogWriter } from './writer.ts';

const plan = new Plan(makePlan({ ...FORTY, leaderPercent: 10, subTorrents: 3, pieces: 31 }, 1));
const AS_ID = 2;
let tests = 0;

function makeWriter() {
  const stream = { channel: `test of the log ${tests++}`, unread: new SharedArrayBuffer(4) };
  const reader = new BroadcastChannel(channelOf(stream, AS_ID));
  const pages: Page[] = [];
  reader.addEventListener('message', (event) =>
    pages.push((event as unknown as { data: Page }).data),
  );
  const writer = new LogWriter({ stream, isLogged: [true, false] }, plan, AS_ID);
  /** Choke is kind 0, unchoke kind 1; to a node, given by its index in the AS, in a sub-torrent. */
  const record = (
    atMs: number,
    kind: number,
    localNode: number,
    subTorrent: number,
    piece: number,
    ...span: [block: number, blocks: number] | []
  ) => writer.record(atMs, kind, 7 as PeerId, AS_ID, 3 * localNode + subTorrent, piece, ...span);
  const received = async (count: number) => {
    while (pages.length < count) await once(reader, 'message');
    reader.close();
    return pages;
  };
  return { writer, record, received, unread: new Int32Array(stream.unread) };
}

afterEach(() => vi.restoreAllMocks());

test('a page is sent at an allocation instant, with the messages before it', async () => {
  const { writer, record, received, unread } = makeWriter();
  record(1.5, 0, 4, 0, NO_PIECE);
  record(2, 1, 4, 0, NO_PIECE);
  record(2.5, 0, 5, 2, 3);
  record(3, 0, 5, 2, 3, 8, 2);
  writer.synchronize(0, 500);
  writer.end();
  const [page, last] = await received(2);
  const records = new MessageRecords(page!.doubles);
  const lines = [...new Array(records.length).keys()].map((i) => [
    records.atMs(i),
    records.from(i),
    records.to(i),
    records.kind(i),
    records.piece(i),
    records.block(i),
    records.blocks(i),
  ]);
  const ids = plan.idsOf(AS_ID);
  expect(lines).toEqual([
    [1.5, 7, ids[4], 0, -1, -1, 0],
    [2.5, 7, ids[5], 0, 10 + 10 + 3, -1, 0],
    [3, 7, ids[5], 0, 10 + 10 + 3, 8, 2],
  ]);
  expect(page!.doneUntilMs).toBe(500);
  expect(last).toEqual({ doubles: new Float64Array(0), doneUntilMs: Infinity });
  expect(unread[0]).toBe(3);
});

test('a full page is sent at once; more messages at the same time may follow', async () => {
  const { writer, record, received } = makeWriter();
  for (let i = 0; i < 3_000; i++) record(i, 0, 0, 0, NO_PIECE);
  writer.end();
  const pages = await received(2);
  expect(
    pages.map(({ doubles, doneUntilMs }) => [doubles.length / RECORD_DOUBLES, doneUntilMs]),
  ).toEqual([
    [2048, 2048],
    [952, Infinity],
  ]);
});

test('it waits for a reader that is far behind, but only in the second round of an instant', () => {
  const { writer, unread } = makeWriter();
  const wait = vi.spyOn(Atomics, 'wait').mockImplementation(() => {
    unread[0]! -= 100;
    return 'ok';
  });
  unread[0] = 2 ** 21;
  writer.synchronize(0, 500);
  writer.synchronize(1, 500);
  expect(wait).not.toHaveBeenCalled();
  unread[0] += 250;
  writer.synchronize(0, 1_000);
  writer.synchronize(2, 1_000);
  expect(wait).not.toHaveBeenCalled();
  writer.synchronize(1, 1_000);
  expect(wait).toHaveBeenCalledTimes(3);
  writer.end();
});

test('it does not wait forever', () => {
  const { writer, unread } = makeWriter();
  const wait = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
  unread[0] = 2 ** 30;
  writer.synchronize(1, 500);
  const waitedMs = wait.mock.calls.reduce((sum, [, , , ms = Infinity]) => sum + ms, 0);
  expect(waitedMs).toBeLessThanOrEqual(5_000);
  writer.end();
});
