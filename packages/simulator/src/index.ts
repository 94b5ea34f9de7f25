/** A parallel, deterministic simulator of BitTorrent and CacheTorrent swarms. */

export { WorkerPool } from './engine/threads/worker-pool.ts';
export type { BusyTimesReport } from './engine/threads/busy-times.ts';
export {
  ConfigurationError,
  swarm,
  type SwarmConfig,
} from './configuration/index.ts';
export { ActorFailed } from './engine/errors.ts';
export { SwarmError, type SwarmProblem, SwarmStalled } from './errors.ts';
export { simulateHere, type SimulateHereOptions } from './simulate-here.ts';
export {
  type Phase,
  type Progress,
  simulate,
  type SimulateOptions,
  type Simulation,
} from './simulate.ts';
export { type ExpectedTraffic, expectedTrafficOf } from './swarm/forecast/expected-traffic.ts';
export { type Footprint, footprintOf, type MemoryItem } from './swarm/forecast/memory.ts';
export {
  type ModelWarning,
  type ModelWarningKind,
  modelWarningsOf,
} from './swarm/forecast/model-warnings.ts';
export { type ForecastPeer, forecastPeers } from './swarm/forecast/neighbours.ts';
export { workersFor } from './swarm/forecast/workers.ts';
export { checkSwarm } from './swarm/plan/check.ts';
export type {
  GraphData,
  GraphLink,
  NetworkData,
  RelationshipData,
  TableData,
} from './network/as-network.ts';
export type {
  AsSizes,
  FileTopology,
  Hosts,
  LatencyModel,
  PeerClass,
  Swarm,
  Topology,
  TransitStub,
} from './swarm/plan/swarm.ts';
export { asCountOf, isFromFile, peerCountOf } from './swarm/plan/swarm.ts';
export { type WindowForecast, windowOf } from './swarm/forecast/window.ts';
export type { PeeringByRatio, PriceException, Prices } from './swarm/plan/prices.ts';
export { minimumDistributionTimeMs } from './swarm/forecast/minimum-time.ts';
export type { RecordingOptions } from './swarm/recording/recording-writer.ts';
export type { LoggedMessages, MessageLog } from './swarm/log/reader.ts';
export type {
  ClassCompletion,
  Completion,
  Death,
  FaultRecord,
  LeaderShortage,
  PeerTable,
  RunEnd,
  SwarmResult,
  SwarmRole,
  Churn,
} from './swarm/results/result.ts';
export { downloadTimesMs, isMeasured } from './swarm/results/download-times.ts';
export type { TcpOptions } from './network/tcp-bound.ts';
export type { AsBorder, BorderLimit, LinkBorder } from './swarm/plan/borders.ts';
export type {
  ArrivalProcess,
  BoundedDistribution,
  CapacityRow,
  Departure,
  Distribution,
  DrawnCapacities,
  Duration,
  Home,
  PoissonProcess,
  RunEvent,
  Session,
  TracedPeer,
} from './swarm/plan/dynamics.ts';
export type {
  AsCut,
  CapacityChange,
  Fault,
  MassDeparture,
  SeedArrival,
  TrackerSilence,
} from './swarm/plan/faults.ts';
export type { BorderAs, BorderLink, BorderTraffic, InOut } from './swarm/results/border-traffic.ts';
export type { Metering, RelationshipName } from './network/billing.ts';
export type { Timeline } from './swarm/results/timeline.ts';
