import { expect, test } from 'vitest';

import { evictionCandidate } from './eviction.ts';
import type { RemotePeer } from './remote-peer.ts';

const NOW_MS = 100_000;
const S = 1_000;

interface Row {
  /** The peers as `[host, seconds idle, what it does]`. */
  readonly peers: readonly (readonly [string, number, ('used' | 'interested')?])[];
  readonly withoutHandshake?: string;
  readonly host: string | undefined;
  readonly rule: string;
}

const remote = ([host, idleS, does]: Row['peers'][number]): RemotePeer =>
  ({
    lastUsedMs: NOW_MS - idleS * S,
    receivedBytes: does === 'used' ? 1 : 0,
    sentBytes: 0,
    tcp: { host, state: { peerInterested: does === 'interested', amInterested: false } },
  }) as unknown as RemotePeer;

test.each<Row>([
  {
    rule: 'is one without a handshake before all others',
    peers: [['a', 90]],
    withoutHandshake: 'new',
    host: 'new',
  },
  { rule: 'is none without connections', peers: [], host: undefined },
  {
    rule: 'is the one that is idle for the longest time',
    peers: [
      ['a', 2],
      ['b', 4],
      ['c', 3],
    ],
    host: 'b',
  },
  {
    rule: 'is one that exchanges nothing and is not interested, after a second',
    peers: [
      ['a', 1],
      ['b', 1.1],
    ],
    host: 'b',
  },
  {
    rule: 'is an interested one after ten seconds',
    peers: [
      ['a', 10, 'interested'],
      ['b', 11, 'interested'],
    ],
    host: 'b',
  },
  {
    rule: 'is none that has exchanged a block in the last minute',
    peers: [['a', 60, 'used']],
    host: undefined,
  },
  { rule: 'is one that did so before', peers: [['a', 61, 'used']], host: 'a' },
  {
    rule: 'is at once one at the address that has most of all connections',
    peers: [
      ['a', 9, 'interested'],
      ['b', 0.1, 'interested'],
      ['b', 0.2, 'interested'],
      ['b', 0.3, 'used'],
    ],
    host: 'b',
  },
  {
    rule: 'is not so for a newcomer from the same address',
    peers: [
      ['new', 0.1],
      ['new', 0.2],
      ['new', 0.3],
    ],
    host: undefined,
  },
])('the connection to evict $rule', ({ peers, withoutHandshake, host }) => {
  const oldest = withoutHandshake === undefined ? undefined : { host: withoutHandshake };
  const pending = { oldestWithoutHandshake: () => oldest as never };
  const remotes = peers.map(remote);
  const context = { pending, remotes, connectionsMax: 4, newcomer: 'new' };
  expect(evictionCandidate(context, NOW_MS)?.host).toBe(host);
});
