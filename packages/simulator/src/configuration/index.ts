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
export {
  type Percentage,
  quantity,
  type QuantityKind,
  type QuantityReading,
  type Rate,
  readQuantity,
  type Size,
  type Time,
} from './quantities.ts';
export {
  checkTypes,
  type CompleteClassConfig,
  type CompleteSeedConfig,
  type CompleteSwarmConfig,
  ConfigurationError,
  type ResolvedSwarm,
  resolveSwarm,
  swarm,
} from './resolve.ts';
export {
  type ArrivalsConfig,
  type CacheConfig,
  type ClassConfig,
  type ClientConfig,
  FIELD_PATHS,
  fieldsAt,
  type FileConfig,
  type NetworkConfig,
  quantityKindAt,
  type SeedConfig,
  type SwarmConfig,
  swarmJsonSchema,
  type TrackerConfig,
} from './schema.ts';
