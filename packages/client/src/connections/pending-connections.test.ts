/** Which of two connections with the same peer id is kept. */

import { expect, test } from 'vitest';

import { ManualClock } from '../../test/manual-clock.ts';
import type { TcpConnection } from '../net/tcp-connection.ts';
import { PendingConnections } from './pending-connections.ts';

const OWN_ID = Buffer.alloc(20, 5);
const GREATER_ID = Buffer.alloc(20, 9);
const features = { fast: true, extensions: false, dht: false, version2: false };

interface Opened {
  readonly host: string;
  readonly isOutgoing: boolean;
  /** When it is opened; its handshake is complete 100 ms later. */
  readonly atMs: number;
}

const incoming = (host: string, atMs: number): Opened => ({ host, isOutgoing: false, atMs });
const outgoing = (host: string, atMs: number): Opened => ({ host, isOutgoing: true, atMs });

test.each([
  {
    rule: 'if both sides connect at the same time, that of the greater id',
    opened: [outgoing('a', 0), incoming('a', 50)],
    kept: [false, true],
  },
  {
    rule: 'both, if another address copies the id',
    opened: [outgoing('a', 0), incoming('b', 50)],
    kept: [true, true],
  },
  {
    rule: 'the one that we have opened, if the other comes later',
    opened: [outgoing('a', 0), incoming('a', 2_200)],
    kept: [true, false],
  },
  {
    rule: 'the one that we open, if the other was there before',
    opened: [incoming('a', 0), outgoing('a', 2_200)],
    kept: [false, true],
  },
  {
    rule: 'both, if others have opened both',
    opened: [incoming('a', 0), incoming('a', 50)],
    kept: [true, true],
  },
])('of two connections, the client keeps $rule', ({ opened, kept }) => {
  const clock = new ManualClock();
  const pending = new PendingConnections(OWN_ID, clock, () => {});
  const tcps = opened.map(({ host, isOutgoing, atMs }) => {
    const tcp = {
      host,
      isOutgoing,
      openedAtMs: atMs,
      isKept: true,
      close: () => {
        tcp.isKept = false;
      },
    };
    const add = (): void => pending.add(tcp as unknown as TcpConnection, undefined);
    clock.after(atMs, add);
    clock.after(atMs + 100, () => {
      const torrent = { infoHash: new Uint8Array(20) };
      const event = { type: 'handshake' as const, torrent, peerId: GREATER_ID, features };
      pending.handleEvent(tcp as unknown as TcpConnection, event);
    });
    return tcp;
  });
  clock.advance(5_000);
  expect(tcps.map(({ isKept }) => isKept)).toEqual(kept);
});
