/** A parallel, deterministic simulator of BitTorrent and CacheTorrent swarms. */

export type { BusyTimesReport } from './engine/busy-times.ts';
export { ActorFailed } from './engine/errors.ts';
export { type Mistake, SwarmError } from './errors.ts';
export { simulateHere, type SimulateHereOptions } from './simulate-here.ts';
export { type Progress, simulate, type SimulateOptions, type Simulation } from './simulate.ts';
export { checkSwarm } from './swarm/check.ts';
export { type Expectation, expectationOf } from './swarm/expectation.ts';
export { type Footprint, footprintOf, type MemoryItem } from './swarm/footprint.ts';
export { workersFor } from './swarm/workers.ts';
export { SwarmStalled } from './swarm/diagnose.ts';
export {
  type Completion,
  type PeerTable,
  type Role,
  ROLES,
  type SwarmResult,
} from './swarm/result.ts';
export type {
  CapacityClass,
  LatencyModel,
  Swarm,
  TransitStub,
} from './swarm/spec.ts';
export type { LoggedMessages, MessageLog } from './swarm/log/reader.ts';
export type { Timeline } from './swarm/timeline.ts';
