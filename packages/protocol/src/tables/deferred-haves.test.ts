import { expect, test } from 'vitest';

import type { Connection, PeerId, PieceIndex } from '../ids.ts';
import { AM_INTERESTED, MAY_DOWNLOAD } from './connection-flags.ts';
import { ConnectionTable } from './connections.ts';
import { DEFERRED, DeferredHaves } from './deferred-haves.ts';
import { PeerTables } from './peer-tables.ts';

test('a connection that is closed forgets each `have` on its way, and no other connection does', () => {
  const returned: number[] = [];
  const host = {
    nowMs: 0,
    nowOrder: 0,
    deliver: (_row: number, _connection: Connection, piece: PieceIndex) => returned.push(piece),
  };
  const tables = new PeerTables(8, 1, 2);
  const deferredHaves = new DeferredHaves(tables, host, false);
  const connections = new ConnectionTable({ tables, row: 0, deferredHaves }, 2);
  const openInterested = (remote: number) => {
    const connection = connections.open(remote as PeerId, MAY_DOWNLOAD);
    connections.setFlags(connection, connections.flags(connection) | AM_INTERESTED);
    return connection;
  };
  const defer = (connection: Connection, piece: number) => {
    deferredHaves.atMs = 10;
    deferredHaves.order = piece;
    const outcome = deferredHaves.defer(0, connection, piece as PieceIndex, false);
    expect(outcome).toBe(DEFERRED);
  };

  const [closed, open] = [openInterested(1), openInterested(2)];
  defer(closed, 3);
  defer(open, 4);
  connections.close(closed);
  connections.releaseNumber(closed);
  host.nowMs = 20;

  // The next connection has the number of the closed one.
  const next = openInterested(3);
  expect(next).toBe(closed);
  connections.applyDueHaves();
  const announced = (connection: Connection) =>
    [3, 4].filter((piece) => connections.hasPiece(connection, piece as PieceIndex));
  expect(announced(next)).toEqual([]);
  expect(announced(open)).toEqual([4]);
  expect(returned).toEqual([]);
});
