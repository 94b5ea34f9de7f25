/** Draws what differs between the peers of a class: how long they stay, and their capacities. */

import type { Random } from '@cachetorrent/std';

import { sharedFloat64 } from '../../network/shared-arrays.ts';
import { boundedSamplerOf, samplerOf } from './distributions.ts';
import type { CapacityRow, Distribution, DrawnCapacities, SessionTable } from './dynamics.ts';
import { type PlannedPeers, streamOf } from './planned-peers.ts';
import type { Swarm } from './swarm.ts';

/** The columns that are drawn, and what a session calls their distributions. */
const DRAWN = [
  ['seedsForMs', 'seedsFor'],
  ['patienceMs', 'patience'],
  ['crashesAfterMs', 'crashesAfter'],
  ['returnsAfterMs', 'returnsAfter'],
] as const;

/** Returns undefined if all peers stay until the end of the run. */
export function drawSessions(
  swarm: Swarm,
  seed: number,
  peers: PlannedPeers,
): SessionTable | undefined {
  const { nodeCount, arrivesAtMs, classOfPeer, traced } = peers;
  const { classes } = swarm;
  const isTraced = [...traced.values()].some(({ leavesAtMs }) => leavesAtMs !== undefined);
  if (!isTraced && classes.every(({ session }) => session === undefined)) return undefined;

  const never = (): Float64Array => sharedFloat64(nodeCount).fill(Infinity);
  const sessions: SessionTable = {
    seedsForMs: never(),
    shareRatio: never(),
    patienceMs: never(),
    crashesAfterMs: never(),
    leavesAfterMs: never(),
    returnsAfterMs: never(),
  };
  for (const [column, field] of DRAWN) {
    const samplers = classes.map(({ session }, index) =>
      samplerIfAny(session?.[field], () => streamOf(swarm, index, seed, field)),
    );
    for (let id = 1; id < nodeCount; id++) {
      const draw = samplers[classOfPeer[id]!];
      if (draw !== undefined) sessions[column][id] = draw();
    }
  }
  for (let id = 1; id < nodeCount; id++) {
    sessions.shareRatio[id] = classes[classOfPeer[id]!]!.session?.shareRatio ?? Infinity;
  }
  for (const [id, { leavesAtMs }] of traced) {
    if (leavesAtMs === undefined) continue;
    sessions.leavesAfterMs[id] = Math.floor(leavesAtMs) - arrivesAtMs[id]!;
  }
  return sessions;
}

function samplerIfAny(
  distribution: Distribution | undefined,
  random: () => Random,
): (() => number) | undefined {
  return distribution === undefined ? undefined : samplerOf(distribution, random());
}

/** The capacities of each node by number, in kbit/s. */
export interface Capacities {
  readonly uploadKbps: Float64Array;
  readonly downloadKbps: Float64Array;
}

/** `nodeOfArrival` has the number of each node, by id. */
export function drawCapacities(
  swarm: Swarm,
  seed: number,
  { nodeCount, classOfPeer, traced }: PlannedPeers,
  nodeOfArrival: Uint32Array,
): Capacities {
  const uploadKbps = sharedFloat64(nodeCount);
  const downloadKbps = sharedFloat64(nodeCount);
  const samplers = swarm.classes.map(({ capacities }, index) =>
    capacities === undefined
      ? undefined
      : capacitySampler(capacities, (purpose) => streamOf(swarm, index, seed, purpose)),
  );
  for (let id = 1; id < nodeCount; id++) {
    const index = classOfPeer[id]!;
    const peerClass = swarm.classes[index]!;
    const drawn = samplers[index]?.();
    const known = traced.get(id);
    const node = nodeOfArrival[id]!;
    uploadKbps[node] = known?.uploadKbps ?? drawn?.uploadKbps ?? peerClass.uploadKbps;
    downloadKbps[node] = known?.downloadKbps ?? drawn?.downloadKbps ?? peerClass.downloadKbps;
  }
  return { uploadKbps, downloadKbps };
}

type CapacitySampler = () => { readonly uploadKbps?: number; readonly downloadKbps?: number };

function capacitySampler(
  { table, upload, download }: DrawnCapacities,
  streamFor: (purpose: string) => Random,
): CapacitySampler {
  if (table !== undefined) {
    const random = streamFor('capacities');
    return () => chosenByShare<CapacityRow>(table, random);
  }
  const drawUpload = upload && boundedSamplerOf(upload, streamFor('upload'));
  const drawDownload = download && boundedSamplerOf(download, streamFor('download'));
  return () => ({
    ...(drawUpload === undefined ? {} : { uploadKbps: drawUpload() }),
    ...(drawDownload === undefined ? {} : { downloadKbps: drawDownload() }),
  });
}

/** One of several rows, with the probability of its share. */
export function chosenByShare<Row extends { readonly share: number }>(
  rows: readonly Row[],
  random: Random,
): Row {
  const all = rows.reduce((sum, { share }) => sum + share, 0);
  let left = random.unit() * all;
  for (const row of rows) {
    left -= row.share;
    if (left < 0) return row;
  }
  return rows.findLast(({ share }) => share > 0)!;
}
