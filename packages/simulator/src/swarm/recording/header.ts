/** The header of a recording, from the plan of the run; and its end, from the result. */

import type { AsId, PeerId } from '@cachetorrent/protocol';
import type { RecordingEnd, RecordingHeader } from '@cachetorrent/recording';

import { kindOf } from '../faults/kinds.ts';
import { type Plan, TRACKER } from '../plan/plan.ts';
import type { SwarmResult } from '../results/result.ts';

/** Up to so many AS, a recording has the latencies between all of them. */
const LANDMARKS_ALL = 256;
/** With more AS, it has the latencies to so many of them. */
const LANDMARKS = 32;

/** What only the program knows that records a run. */
export interface RecordedBy {
  readonly program: string;
  readonly configuration: unknown;
  readonly frameMs: number;
}

/** What is known of a run before it begins. */
export function headerOf(
  plan: Plan,
  { program, configuration, frameMs }: RecordedBy,
): RecordingHeader {
  const { swarm, seed, asCount, nodeCount, blockLayout } = plan;
  const asIds = Array.from({ length: asCount }, (_, asId) => asId);
  const ids = Array.from({ length: nodeCount }, (_, id) => id as PeerId);
  const landmarks = landmarksAmong(asIds);
  const latencies = plan.lookaheadMs();
  const latencyMs = asIds.flatMap((from) =>
    landmarks.map((to) => (from === to ? 0 : rounded(latencies[from * asCount + to]!))),
  );
  const { faults = [] } = swarm;
  return {
    program,
    seed,
    frameMs,
    configuration: configuration ?? null,
    isOpen: plan.isOpen,
    pieces: swarm.pieces,
    pieceBits: blockLayout.pieceBits,
    lastPieceBits: blockLayout.lastPieceBits,
    blocksPerPiece: blockLayout.blocksPerPiece,
    subTorrents: swarm.subTorrents,
    allocationIntervalMs: swarm.allocationIntervalMs,
    measuredFromMs: swarm.warmUpMs ?? 0,
    as: {
      name: asIds.map((asId) => plan.nameOfAs(asId)),
      parent: asIds.map((asId) => plan.parentOf?.(asId as AsId) ?? -1),
      landmarks,
      latencyMs,
    },
    classes: swarm.classes.map(({ name }) => name),
    peers: {
      as: ids.map((id) => plan.asOf(id)),
      class: ids.map((id) => (id === TRACKER ? 0 : plan.classOf(id))),
      uploadKbps: ids.map((id) => rounded(plan.capacityOf(id).uploadKbps)),
      downloadKbps: ids.map((id) => rounded(plan.capacityOf(id).downloadKbps)),
      arrivesAtMs: ids.map((id) => Math.floor(plan.arrivesAtMs(id))),
    },
    caches: ids.filter((id) => plan.isCache(id)),
    faults: faults.map((event) => ({ atMs: event.atMs, event: kindOf(event).describe(event) })),
  };
}

/** What is known of a run when it has ended. */
export function endOf(result: SwarmResult, endMs: number): RecordingEnd {
  const { resultHash, redundancy, durationMs, completion } = result;
  const { p50Ms = null, p90Ms = null, count } = completion;
  return { endMs, resultHash, redundancy, durationMs, completed: count, p50Ms, p90Ms };
}

/** All AS, or some that are spread over their ids. */
function landmarksAmong(asIds: readonly number[]): number[] {
  if (asIds.length <= LANDMARKS_ALL) return [...asIds];
  const step = asIds.length / LANDMARKS;
  return Array.from({ length: LANDMARKS }, (_, i) => Math.floor(i * step));
}

/** To a thousandth. */
function rounded(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 1_000) / 1_000 : 0;
}
