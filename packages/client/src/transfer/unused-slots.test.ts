/** Which peers lose an upload slot that they do not use. */

import { expect, test } from 'vitest';

import { IncomingRequests } from './incoming-requests.ts';
import { peersWithUnusedSlots, type SlotHolder } from './unused-slots.ts';

const S = 1_000;
const NOW_MS = 100 * S;

interface Peer {
  readonly isInterested?: boolean;
  readonly isChoked?: boolean;
  readonly unchokedS?: number;
  readonly usedS?: number;
  readonly requests?: boolean;
  readonly isCongested?: boolean;
}

function remote(peer: Peer): SlotHolder {
  const incoming = new IncomingRequests();
  if (peer.requests === true) incoming.add(0, { begin: 0, length: 1 });
  const { isInterested = true, isChoked = false, unchokedS = 90, usedS = 90 } = peer;
  const state = { peerInterested: isInterested, amChoking: isChoked };
  const tcp = { state, isCongested: peer.isCongested ?? false };
  const times = { unchokedMs: NOW_MS - unchokedS * S, lastUsedMs: NOW_MS - usedS * S };
  return { incoming, tcp, ...times } as unknown as SlotHolder;
}

const WAITING: Peer = { isChoked: true };

test.each<{ rule: string; peers: readonly Peer[]; unused: readonly number[] }>([
  { rule: 'who requests nothing for 30 s loses it', peers: [{}, WAITING], unused: [0] },
  {
    rule: 'who does not read what it has requested loses it',
    peers: [{ requests: true, isCongested: true }, WAITING],
    unused: [0],
  },
  { rule: 'nobody loses it while nobody waits', peers: [{}, {}], unused: [] },
  {
    rule: 'who is not interested does not wait',
    peers: [{}, { isChoked: true, isInterested: false }],
    unused: [],
  },
  {
    rule: 'who waits for our disk or limit keeps it',
    peers: [{ requests: true }, WAITING],
    unused: [],
  },
  {
    rule: 'who was sent a block keeps it for 30 s',
    peers: [{ usedS: 29 }, { usedS: 30 }, WAITING],
    unused: [1],
  },
  {
    rule: 'who was just unchoked keeps it for 30 s',
    peers: [{ unchokedS: 29 }, { unchokedS: 30 }, WAITING],
    unused: [1],
  },
])('$rule', ({ peers, unused }) => {
  const remotes = peers.map(remote);
  expect(peersWithUnusedSlots(remotes, NOW_MS)).toEqual(unused.map((i) => remotes[i]));
});
