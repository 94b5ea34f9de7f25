/** Configurations of swarms: their fields, quantities, defaults and mistakes. */

export { pathInConfig } from './path-in-config.ts';
export {
  type ConfigProblem,
  type FileKind,
  type Path,
  pathName,
  problemsOf,
  show,
} from './problems.ts';
export type { AsName } from './as-names.ts';
export type {
  CompletePricesConfig,
  PeeringPriceConfig,
  PriceExceptionConfig,
  PricesConfig,
} from './prices.ts';
export {
  type ArrivalRate,
  type Percentage,
  quantity,
  type QuantityKind,
  type QuantityReading,
  type Rate,
  readQuantity,
  type Size,
  type Time,
} from './quantities.ts';
export { TRANSIT_NAME } from '../network/routes.ts';
export { ConfigurationError } from './configuration-error.ts';
export type { CapacityChangeConfig, CutConfig, FaultConfig, GroupConfig } from './fault-schema.ts';
export type {
  BorderConfig,
  CompleteBorder,
  CompleteBordersAndTcp,
  CompleteTcp,
  TcpConfig,
} from './borders.ts';
export type { CompleteFault } from './faults.ts';
export type { CompleteFileConfig } from './file.ts';
export { checkRelationships, COORDINATES, LATENCY_ATTRIBUTE } from './network.ts';
export type { CompleteNetworkConfig } from './network.ts';
export type {
  DrawnHostsConfig,
  HostConfig,
  NetworkConfig,
  NetworkFileConfig,
  TopologyName,
  UsersFileConfig,
} from './network-schema.ts';
export type {
  ArrivalConfig,
  CapacityConfig,
  ClassConfig,
  DistributionConfig,
  DrawnRateConfig,
  DurationConfig,
  HomeConfig,
  SeedConfig,
  SessionConfig,
  TracedPeerConfig,
} from './population-schema.ts';
export type { ParentConfig, ParentsConfig } from './parents.ts';
export type { CompleteProviderCache } from './provider-caches.ts';
export type { ProviderCacheConfig } from './provider-cache-schema.ts';
export type { CompleteTrackerConfig } from './tracker.ts';
export { type CostRows, parseCostMapOfNames } from '@cachetorrent/tracker';
export type {
  CompleteArrival,
  CompleteClassConfig,
  CompleteSeedConfig,
  CompleteSessionConfig,
} from './populations.ts';
export {
  checkTypes,
  type CompleteSwarmConfig,
  type ResolvedSwarm,
  resolveSwarm,
  swarm,
} from './resolve.ts';
export {
  type ArrivalsConfig,
  type CacheConfig,
  type ClientConfig,
  type CostConfig,
  FIELD_PATHS,
  fieldsAt,
  type FileConfig,
  quantityKindAt,
  type SwarmConfig,
  swarmJsonSchema,
  type TrackerConfig,
} from './schema.ts';
