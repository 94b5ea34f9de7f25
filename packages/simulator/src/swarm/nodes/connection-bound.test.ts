import {
  type Connection,
  type ConnectionPurpose,
  NO_CONNECTION,
  type PeerId,
} from '@cachetorrent/protocol';
import { expect, test } from 'vitest';

import { type BoundedHost, ConnectionBound } from './connection-bound.ts';

const S = 1_000;

/** A host whose connections have the numbers of the peers at their other ends. */
function hostWith(max: number) {
  const open = new Map<number, { isEstablished: boolean; isInterested: boolean }>();
  const self = { isComplete: false };
  const log: string[] = [];
  const clock = { nowMs: 0, looksAtMs: Infinity };
  const kept = new Set<number>();
  const host: BoundedHost = {
    id: 99 as PeerId,
    get nowMs() {
      return clock.nowMs;
    },
    peer: {
      get isComplete() {
        return self.isComplete;
      },
      connectionTo: (id: PeerId) => (open.has(id) ? id : NO_CONNECTION),
      remoteOf: (connection: Connection) => connection,
      stateOf: (connection: Connection) => ({
        amInterested: false,
        peerInterested: open.get(connection)!.isInterested,
        isChokingUs: false,
        isSeed: false,
      }),
    } as unknown as BoundedHost['peer'],
    open: (to: PeerId, purpose: ConnectionPurpose) => {
      log.push(`${purpose === 'relay' ? 'relay to' : 'open'} ${to}`);
      connect(to, true);
    },
    close: (connection: Connection) => {
      log.push(`close ${connection}`);
      closed(connection);
    },
    isEstablished: (connection: Connection) => open.get(connection)!.isEstablished,
    isKept: (connection: Connection) => kept.has(connection),
    lookAgain: (atMs: number) => {
      expect(atMs).toBeGreaterThan(clock.nowMs);
      clock.looksAtMs = Math.min(clock.looksAtMs, atMs);
    },
  };
  const bound = new ConnectionBound(max, host);
  function connect(id: number, isOutgoing: boolean): void {
    open.set(id, { isEstablished: !isOutgoing, isInterested: false });
    bound.opened(id as Connection, isOutgoing);
  }
  function closed(id: number): void {
    bound.closed(id as Connection, id as PeerId);
    open.delete(id);
    bound.lookAgain();
  }
  return {
    bound,
    kept,
    self,
    connect,
    log: () => log.splice(0).join(', '),
    know: (...ids: number[]) => bound.know(ids, 'neighbour'),
    /** The other side answers. */
    answered: (...ids: number[]) => {
      for (const id of ids) {
        open.get(id)!.isEstablished = true;
        bound.established(id as PeerId);
      }
    },
    /** The other side refuses, or closes. */
    closed,
    /** Another peer asks for a connection. Returns whether it gets one. */
    incoming: (id: number) => {
      const hasRoom = bound.makeRoom();
      if (hasRoom) connect(id, false);
      return hasRoom;
    },
    interest: (id: number) => (open.get(id)!.isInterested = true),
    /** Lets time pass, and the host look whenever it is due. */
    until: (atMs: number) => {
      while (clock.looksAtMs <= atMs) {
        clock.nowMs = clock.looksAtMs;
        clock.looksAtMs = Infinity;
        bound.look();
      }
      clock.nowMs = atMs;
    },
  };
}

test('it opens half of its connections itself, in the order in which it has heard of peers', () => {
  const { know, log, closed, until } = hostWith(6);
  know(5, 4, 3, 2, 1, 99);
  expect(log()).toBe('open 5, open 4, open 3');
  // When one is refused, another takes its place within a second.
  closed(4);
  expect(log()).toBe('');
  until(S);
  expect(log()).toBe('open 2');
});

test('one that has refused, or closed, is tried again after 5 s, 10 s, 20 s', () => {
  const { know, log, closed, until } = hostWith(4);
  know(1);
  for (const [atS, delayS] of [
    [0, 5],
    [100, 10],
    [200, 20],
  ] as const) {
    until(atS * S);
    log();
    closed(1);
    until((atS + delayS) * S - 1);
    expect(log()).toBe('');
    until((atS + delayS) * S);
    expect(log()).toBe('open 1');
  }
});

test('the delay is the first again when a block has been exchanged, not before', () => {
  const { know, answered, bound, log, closed, until } = hostWith(4);
  know(1);
  answered(1);
  closed(1);
  until(5 * S);
  answered(1);
  closed(1);
  until(14 * S);
  expect(log()).toBe('open 1, open 1');
  until(15 * S);
  bound.sent(1 as Connection);
  closed(1);
  until(20 * S);
  expect(log()).toBe('open 1, open 1');
});

test('a seed does not try another one again', () => {
  const { know, answered, closed, interest, self, log, until } = hostWith(4);
  self.isComplete = true;
  know(1, 2);
  answered(1, 2);
  interest(2);
  closed(1);
  closed(2);
  until(1e9);
  expect(log()).toBe('open 1, open 2, open 2');
});

test('the other half is for those that connect to it; then none gets in while all are used', () => {
  const { know, answered, incoming, bound, log, until } = hostWith(4);
  know(1, 2, 3);
  answered(1, 2);
  expect([11, 12].map(incoming)).toEqual([true, true]);
  expect(bound.openCount).toBe(4);
  for (const id of [1, 2, 11, 12]) bound.sent(id as Connection);
  until(60 * S);
  expect(incoming(13)).toBe(false);
  expect(log()).toBe('open 1, open 2');
});

test('an idle one makes way: unused ones after a second, interested after 10 s, used after 60 s', () => {
  const { incoming, interest, bound, log, until } = hostWith(3);
  for (const id of [1, 2, 3]) incoming(id);
  bound.received(1 as Connection, 8);
  interest(2);
  until(S);
  expect(incoming(4)).toBe(false);
  until(S + 1);
  expect(incoming(4)).toBe(true);
  expect(log()).toBe('close 3');
  interest(4);
  until(10 * S + 1);
  expect(incoming(5)).toBe(true);
  expect(log()).toBe('close 2');
  interest(5);
  until(11 * S);
  expect(incoming(6)).toBe(false);
});

test('one whose other side has not answered does not make way', () => {
  const { know, answered, incoming, log, until } = hostWith(2);
  know(1);
  incoming(2);
  until(S + 1);
  expect(incoming(3)).toBe(true);
  expect(log()).toBe('open 1, close 2');
  expect(incoming(4)).toBe(false);
  answered(1);
  expect(incoming(4)).toBe(true);
  expect(log()).toBe('close 1');
});

test('those to leaders, and of a leader within its AS, do not count', () => {
  const { kept, incoming, connect, know, log } = hostWith(4);
  for (const id of [1, 2, 3, 4, 5]) {
    kept.add(id);
    connect(id, true);
  }
  know(11, 12, 13);
  expect(log()).toBe('open 11, open 12');
  expect([21, 22, 23].map(incoming)).toEqual([true, true, false]);
});

test('every five minutes the worst is closed for another, if almost all are in use', () => {
  const { know, answered, incoming, bound, log, until } = hostWith(10);
  know(1, 2, 3, 4, 5);
  answered(1, 2, 3, 4, 5);
  for (const id of [11, 12, 13, 14]) incoming(id);
  log();
  until(300 * S);
  // It knows nobody else.
  expect(log()).toBe('');
  know(6, 7);
  until(600 * S - 1);
  // All have sent a byte, 12 since long ago, and 13 more.
  for (const id of [1, 2, 3, 4, 5, 11, 12, 13, 14]) bound.received(id as Connection, 8);
  for (const id of [1, 2, 3, 4, 5, 11, 13, 14]) bound.received(id as Connection, 8_000_000);
  expect(log()).toBe('');
  until(600 * S);
  expect(log()).toBe('close 12');
});

test('a relay is opened as such when there is room', () => {
  const { know, bound, closed, log, until } = hostWith(2);
  know(1);
  bound.know([2], 'relay');
  closed(1);
  until(S);
  expect(log()).toBe('open 1, relay to 2');
});
