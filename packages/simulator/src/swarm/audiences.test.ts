import { type Connection, PeerTables } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { Audiences, CONNECTION, LATENCY, LISTENER, MACHINE } from './audiences.ts';
import { CHANNEL, Channels, LISTENERS, NUMBER, SYSTEM } from './channels.ts';

const SYSTEMS = 5;
const MACHINES = 12;

/** Peers of one AS say something to all; each AS knows who of its own listens. */
test('a broadcast reaches all that listen, in order of AS and of the number of the connection', () => {
  const random = seededRandom('audiences');
  const tables = new PeerTables(1, MACHINES, 2);
  const channels = new Channels(tables, SYSTEMS);
  const audiences = Array.from({ length: SYSTEMS }, () => new Audiences(SYSTEMS));
  const source = 3;
  const expected = Array.from({ length: MACHINES }, () => [] as { system: number; on: number; heard: number[] }[]);
  for (let machine = 0; machine < MACHINES; machine++) tables.open(machine, 40);
  for (let n = 0; n < 300; n++) {
    const machine = random.below(MACHINES);
    const system = random.below(SYSTEMS);
    const on = random.below(1000) as Connection;
    if (expected[machine]!.some((other) => other.on === on) || expected[machine]!.length === 40) continue;
    const there = [random.below(99), random.below(99), n / 2] as const;
    const channel = channels.addListener(machine, system);
    audiences[system]!.add(source, channel, on, there[0], there[1] as Connection, there[2]);
    expected[machine]!.push({ system, on, heard: [system, ...there] });
  }
  for (let machine = 0; machine < MACHINES; machine++) {
    const inOrder = expected[machine]!.toSorted((a, b) => a.system - b.system || a.on - b.on);
    expect(heardFrom(machine), `machine ${machine}`).toEqual(inOrder.map(({ heard }) => heard));
  }

  function heardFrom(machine: number): number[][] {
    const heard: number[][] = [];
    for (let at = channels.first(machine); at < channels.end(machine); at += CHANNEL) {
      const [system, channel, listeners] = [SYSTEM, NUMBER, LISTENERS].map((word) => channels.words[at + word]!);
      const audience = audiences[system!]!;
      expect(audience.count(source, channel!)).toBe(listeners);
      const { ints, floats } = audience.listeners;
      const first = audience.first(source, channel!);
      for (let i = first; i < first + LISTENER * listeners!; i += LISTENER) {
        heard.push([system!, ints[i + MACHINE]!, ints[i + CONNECTION]!, floats[i + LATENCY]!]);
      }
    }
    return heard;
  }
});
