/**
 * The window of synchronization before a run: how far one AS may run ahead of another, which is the
 * smallest latency between two that host peers (`engine/synchronization/window.ts`). All workers
 * wait for one another after every window, so a run with windows of 5 ms waits forty times as often
 * as one with windows of 200 ms (docs/networks.md has what that costs).
 */

import { minLatencies, openLatencies } from '../../network/latency-tables.ts';
import type { Routes } from '../../network/routes.ts';
import { layOut } from '../plan/lay-out.ts';
import { drawPeers } from '../plan/planned-peers.ts';
import { isFromFile, type Swarm } from '../plan/swarm.ts';

/** The window of synchronization, and how far the AS that host peers are from one another. */
export interface WindowForecast {
  /** The number of AS that host peers or the tracker. */
  readonly asCount: number;
  /** The smallest latency between two of them, in ms; absent if there is only one. */
  readonly windowMs?: number;
  /** The names of the two AS with this latency. */
  readonly between?: readonly [from: string, to: string];
  /** The links of the routes between two AS, if a file describes the network. */
  readonly links?: { readonly mean: number; readonly most: number };
}

/**
 * Lays out the network of a run as `simulate` does.
 *
 * @throws SwarmError if the swarm does not fit the network, or two AS have no route
 */
export function windowOf(swarm: Swarm, seed: number): WindowForecast {
  const { placement, latencies, routes, names } = layOut(swarm, drawPeers(swarm, seed), seed);
  const { asCount } = placement;
  if (asCount === 1) return { asCount };
  const ms = minLatencies(openLatencies(latencies));
  let cell = 1;
  for (const [i, each] of ms.entries()) {
    const isWithin = i % (asCount + 1) === 0;
    if (!isWithin && each < ms[cell]!) cell = i;
  }
  return {
    asCount,
    windowMs: ms[cell]!,
    between: [names[Math.floor(cell / asCount)]!, names[cell % asCount]!],
    ...(isFromFile(swarm.topology) ? { links: linksOf(routes(), asCount) } : {}),
  };
}

function linksOf({ start, steps }: Routes, asCount: number): { mean: number; most: number } {
  let most = 0;
  for (let route = 0; route < asCount ** 2; route++) {
    most = Math.max(most, start[route + 1]! - start[route]!);
  }
  return { mean: steps.length / (asCount * (asCount - 1)), most };
}
