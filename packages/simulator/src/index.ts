/** A parallel, deterministic simulator of BitTorrent and CacheTorrent swarms. */

export type { BusyTimesReport } from './engine/threads/busy-times.ts';
export {
  ConfigurationError,
  swarm,
  type SwarmConfig,
} from './configuration/index.ts';
export { ActorFailed } from './engine/errors.ts';
export { type SwarmProblem, SwarmError } from './errors.ts';
export { simulateHere, type SimulateHereOptions } from './simulate-here.ts';
export { type Progress, simulate, type SimulateOptions, type Simulation } from './simulate.ts';
export { checkSwarm } from './swarm/plan/check.ts';
export { type Expectation, expectationOf } from './swarm/forecast/expected-traffic.ts';
export { type Footprint, footprintOf, type MemoryItem } from './swarm/forecast/memory.ts';
export { workersFor } from './swarm/forecast/workers.ts';
export { SwarmStalled } from './swarm/results/diagnose.ts';
export {
  type Completion,
  type PeerTable,
  type Role,
  ROLES,
  type SwarmResult,
} from './swarm/results/result.ts';
export type {
  LatencyModel,
  PeerClass,
  Swarm,
  TransitStub,
} from './swarm/plan/swarm.ts';
export { peerCountOf } from './swarm/plan/swarm.ts';
export { minimumDistributionTimeMs } from './swarm/forecast/minimum-time.ts';
export type { LoggedMessages, MessageLog } from './swarm/log/reader.ts';
export type { Timeline } from './swarm/results/timeline.ts';
