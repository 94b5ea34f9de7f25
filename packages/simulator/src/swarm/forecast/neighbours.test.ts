import { expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { simulate } from '../../simulate.ts';
import { forecastPeers } from './neighbours.ts';

/** The fast peers leave when they are complete. */
const [SLOW, FAST] = FORTY.classes;
const ONCE_COMPLETE = { seedsFor: { distribution: 'fixed', value: 0 } } as const;
const LEAVING = [SLOW!, { ...FAST!, session: ONCE_COMPLETE }];

test.each([
  { title: 'in order', change: { arrivalOrder: 'listed' } },
  { title: 'shuffled', change: { arrivalOrder: 'shuffled' } },
  { title: 'peers leave', change: { classes: LEAVING } },
] as const)(
  'the classes, AS and neighbours of a run are known before it: $title',
  async ({ title, change }) => {
    const swarm = { ...FORTY, ...change };
    const peers = forecastPeers(swarm, 3);
    expect(peers.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    for (const { id, neighbours } of peers) {
      // Where peers leave, the tracker does not wait until all have come.
      const isComplete = title !== 'peers leave' || id > 30;
      if (isComplete) expect(neighbours).toHaveLength(FORTY.neighbours);
      expect(new Set(neighbours).size).toBe(neighbours.length);
      expect(neighbours).not.toContain(id);
    }

    const connections = new Set<string>();
    const { result } = await simulate(swarm, {
      seed: 3,
      workers: 1,
      messageLog: {
        kinds: ['connReq'],
        onMessages: (messages) => {
          for (let i = 0; i < messages.count; i++) {
            // Whoever has completed the file may get to know others.
            const isFirst = messages.atMs(i) < 5_000;
            if (isFirst) connections.add(pairOf(messages.from(i), messages.to(i)));
          }
        },
      },
    });
    const named = peers.flatMap(({ id, neighbours }) => neighbours.map((each) => pairOf(id, each)));
    expect(new Set(named)).toEqual(connections);
    const classes = peers.map((peer) => swarm.classes[peer.class]!.name);
    expect(classes).toEqual(result.peers.class);
    expect(peers.map((peer) => peer.as)).toEqual([...result.peers.as]);
  },
);

function pairOf(a: number, b: number): string {
  return `${Math.min(a, b)}–${Math.max(a, b)}`;
}
