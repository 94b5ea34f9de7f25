/** Who hears what a peer has, and in which order. */
import type { Connection } from '@cachetorrent/protocol';
import { PeerTables } from '@cachetorrent/protocol/internal';
import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { CONNECTION, RemoteEndpoints, LATENCY, MACHINE, PLACE, SYSTEM } from './remote-endpoints.ts';

/** Two machines have connections; what is said of one is not of the other. */
const OWN = 1;
const CONNECTIONS = 40;

interface Other {
  readonly on: Connection;
  readonly system: number;
  readonly machine: number;
  readonly downloads: boolean;
}

function othersBy(seed: string): Other[] {
  const random = seededRandom(seed);
  return Array.from({ length: CONNECTIONS }, (_, on) => ({
    on: on as Connection,
    system: random.below(5),
    machine: random.below(1_000),
    downloads: random.below(3) > 0,
  }));
}

/** They answer in an order of their own. */
function answered(others: readonly Other[], seed: string): Other[] {
  const random = seededRandom(seed);
  const rest = [...others];
  return others.map(() => rest.splice(random.below(rest.length), 1)[0]!);
}

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'those that download come first, in order of AS and number, as in seed %i',
  (seed) => {
    const tables = new PeerTables(1, 2, 0);
    const ends = new RemoteEndpoints(tables);
    for (const row of [0, OWN]) tables.openRow(row, CONNECTIONS);
    const others = othersBy(`ends ${seed}`);
    for (const { on, system, machine } of others) ends.open(OWN, on, system, machine, machine / 2);
    for (const { on, downloads } of answered(others, `order ${seed}`)) {
      ends.answered(OWN, on, (on + 100) as Connection);
      ends.addHearer(OWN, on, downloads);
    }

    const downloaders = others
      .filter(({ downloads }) => downloads)
      .sort((a, b) => a.system - b.system || a.on - b.on);
    expect(ends.hearerCount(OWN)).toBe(CONNECTIONS);
    expect(ends.downloaderCount(OWN)).toBe(downloaders.length);
    expect(ends.hearerCount(0)).toBe(0);

    const heard = Array.from({ length: CONNECTIONS }, (_, i) => {
      const at = ends.firstHearer(OWN) + PLACE * i;
      const { hearers, hearerFloats } = ends;
      expect(hearerFloats[at + LATENCY]).toBe(hearers[at + MACHINE]! / 2);
      return { system: hearers[at + SYSTEM]!, on: hearers[at + CONNECTION]! - 100 };
    });
    const expected = downloaders.map(({ system, on }) => ({ system, on }));
    expect(heard.slice(0, downloaders.length)).toEqual(expected);
    const ons = heard.map(({ on }) => on).sort((a, b) => a - b);
    expect(ons).toEqual(others.map(({ on }) => on));
  },
);
