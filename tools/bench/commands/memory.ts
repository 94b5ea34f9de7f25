/** `bench memory`: the live memory of a peer, a connection and a piece, and what is estimated. */

import { checkedSwarm, readConfig } from '@cachetorrent/runner';
import type { Command } from 'commander';

import { BYTES_EACH } from '../../../packages/simulator/src/swarm/forecast/memory.ts';
import { configFile } from '../../files.ts';
import { table } from '../../runs/markdown.ts';
import type { BenchEnvironment } from '../environment.ts';
import { CONNECTIONS_EACH, measurePrices, type Prices } from '../heap/prices.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

export function addMemory(program: Command, environment: BenchEnvironment): void {
  withDestination(program.command('memory'))
    .description('Counts the live memory of a peer, a connection and a piece.')
    .action(async (flags: Destination) => {
      const { swarm } = checkedSwarm(await readConfig(configFile('medium')), {});
      const prices = await measurePrices(swarm);
      const measurement = { table: pricesTable(prices), document: { prices } };
      await deliver('memory', measurement, flags, environment);
    });
}

function pricesTable({ peerHeap, peerArrays, connection, piece }: Prices): string {
  const { pieceOfConnection } = BYTES_EACH;
  const rows = [
    ['a peer: objects', peerHeap, BYTES_EACH.peerHeap],
    [
      'a peer: rows of tables, its node, what is recorded about it',
      peerArrays,
      BYTES_EACH.peerArrays,
    ],
    ['a connection, and messages in transit on it', connection, BYTES_EACH.connection],
    [
      `a piece of a peer with ${CONNECTIONS_EACH} connections`,
      piece,
      BYTES_EACH.piece + CONNECTIONS_EACH * pieceOfConnection,
    ],
  ] as const;
  const titles = ['item', 'alive, bytes', 'estimated, bytes'];
  const cells = rows.map(([item, alive, estimated]) => [item, bytes(alive), bytes(estimated)]);
  return table(titles, cells, 'lrr');
}

function bytes(count: number): string {
  return count < 100 ? count.toFixed(1) : Math.round(count).toLocaleString('en');
}
