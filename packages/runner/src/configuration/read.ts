/** Reads a configuration file, and makes the swarm that it describes. */

import { dirname } from 'node:path';

import type { Swarm, SwarmError } from '@cachetorrent/simulator';
import {
  checkTypes,
  type ConfigProblem,
  type CompleteSwarmConfig,
  ConfigurationError,
  type Path,
  pathInConfig,
  resolveSwarm,
  type SwarmConfig,
} from '@cachetorrent/simulator/configuration';
import { closest } from 'fastest-levenshtein';

import { UserError } from '../user-error.ts';
import { withCostMap } from './cost-map-file.ts';
import { locatedProblems } from './located-problems.ts';
import { importOriginal, isOriginal } from './original.ts';
import {
  entryProblem,
  fieldNames,
  fieldPath,
  todaysName,
  optionOf,
  type Overrides,
  sectionsFirst,
  withField,
} from './parameters.ts';
import { parseText, textOf } from './parse.ts';
import type { Locations } from './locations.ts';
import { NetworkFiles, withNetworkFiles } from './topology/network-files.ts';
import { TraceFiles, type TracedConfig, withTraces } from './traces.ts';

/** A configuration, and the places of its values in its file. */
export interface ConfigFile {
  /** What the file says; one of the original simulator is imported. */
  readonly config: SwarmConfig;
  /** The line and column of each value. */
  readonly locations: Locations;
  /** The name of the field at a path in the file, if it is another than today's. */
  readonly nameOf?: (path: Path) => string | undefined;
  /** The traces of arrivals that it may name. */
  readonly traces: TraceFiles;
  /** The files that describe its network, if it names some. */
  readonly networks: NetworkFiles;
}

/** A swarm that can be simulated, and the complete configuration that describes it. */
export interface CheckedSwarm {
  /** To be given to `simulate`. */
  readonly swarm: Swarm;
  /** Every field written out, as numbers. Written to a file, it describes the same swarm again. */
  readonly config: CompleteSwarmConfig;
}

const EXAMPLES = 'examples/configs/';

/** @throws UserError if there is no such file, or it is not a configuration */
export async function readConfig(file: string): Promise<ConfigFile> {
  return parseConfig(file, await textOf(file, EXAMPLES));
}

/** `file` is the name of `text` in messages. */
export function parseConfig(file: string, text: string): ConfigFile {
  const { value, locations } = parseText(file, text, `${EXAMPLES}small.json`);
  return configOf(value, locations, dirname(file));
}

/**
 * `folder` is that of the configuration, to which it names files relatively.
 *
 * @throws UserError if `value` is not a configuration, naming all that is wrong with it
 */
export function configOf(value: unknown, locations: Locations, folder: string): ConfigFile {
  const files = { traces: new TraceFiles(folder), networks: new NetworkFiles(folder) };
  if (isOriginal(value)) return { ...importOriginal(value, locations), ...files };
  try {
    return { config: checkTypes(value), locations, ...files };
  } catch (error) {
    throw located(error, locations);
  }
}

/**
 * The swarm of a configuration, with `overrides` in place of what the file says.
 *
 * @throws UserError naming the line or the option of each mistake
 */
export function checkedSwarm(file: ConfigFile, overrides: Overrides = {}): CheckedSwarm {
  let config: object = file.config;
  const fields = Object.entries(overrides).map(([name, value]) => {
    return { name, value, path: parameterPath(name) };
  });
  for (const { name, value, path } of sectionsFirst(fields, (field) => field.path)) {
    const problem = entryProblem(config, path);
    if (problem !== undefined) throw new UserError({ at: optionOf(name), ...problem });
    config = withField(config, path, value);
  }
  refuseWithoutLeaders(config, overrides);

  const traced = withFiles(config, file);
  try {
    return resolveSwarm(traced.value);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw problemsIn(file, overrides, error.problems, traced);
  }
}

/** A mistake that the simulator found in the swarm of `checkedSwarm`, at the place of its field. */
export function locatedSwarmError(
  { field, problem, fix }: SwarmError,
  file: ConfigFile,
  overrides: Overrides,
): UserError {
  return problemsIn(file, overrides, [{ path: pathInConfig(field, file.config), problem, fix }]);
}

/** The mistakes, each at its option or else at its place in the file. */
function problemsIn(
  file: Pick<ConfigFile, 'locations' | 'nameOf'>,
  overrides: Overrides,
  problems: readonly ConfigProblem[],
  traced?: TracedConfig,
): UserError {
  const names = sectionsFirst(Object.keys(overrides), parameterPath);
  const located = problems.map((each) => {
    const row = traced?.locationOf(each.path);
    if (row !== undefined) {
      return { at: `${row.at}: ${row.column}`, problem: each.problem, fix: each.fix };
    }
    const override = names.findLast((name) =>
      parameterPath(name).every((step, i) => step === each.path[i]),
    );
    if (override === undefined) return locatedProblems([each], file.locations, file.nameOf)[0]!;
    const { problem, fix } = each;
    return { at: optionOf(override), problem, fix };
  });
  return new UserError(...located);
}

/** A swarm from a value whose locations are known: for one setting of an experiment. */
export function checkedSwarmAt(
  value: unknown,
  locations: Locations,
  base: Pick<ConfigFile, 'nameOf' | 'traces' | 'networks'>,
): CheckedSwarm {
  const traced = withFiles(value, base);
  try {
    return resolveSwarm(traced.value);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw problemsIn({ ...base, locations }, {}, error.problems, traced);
  }
}

/** A configuration with what the files say that it names. */
function withFiles(
  value: unknown,
  { traces, networks }: Pick<ConfigFile, 'traces' | 'networks'>,
): TracedConfig {
  const traced = withCostMap(withTraces(value, traces), traces.folder);
  return { ...traced, value: withNetworkFiles(traced.value, networks) };
}

function located(error: unknown, locations: Locations): unknown {
  if (!(error instanceof ConfigurationError)) return error;
  return new UserError(...locatedProblems(error.problems, locations));
}

/** @throws UserError if no configuration has such a field */
function parameterPath(name: string): Path {
  const path = fieldPath(name);
  if (path !== undefined) return path;
  const former = todaysName(name);
  const nearest = former ?? closest(name, fieldNames() as string[]);
  const problem = `there is no field "${name}" in a configuration`;
  const fix = former === undefined ? `the nearest is "${nearest}"` : `it is called "${former}"`;
  throw new UserError({ at: optionOf(name), problem, fix });
}

/** The fields that have no effect without leaders. */
const OF_LEADERS = [
  'policy',
  'minLeaders',
  'maxLeaders',
  'subTorrents',
  'requestPriority',
] as const;

/** A file may have options of leaders without leaders: every configuration that we write does. */
function refuseWithoutLeaders(config: object, overrides: Overrides): void {
  if ((config as SwarmConfig).cache?.leaders !== undefined) return;
  for (const name of OF_LEADERS) {
    const value = overrides[name];
    if (value === undefined) continue;
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    const problem = `is ${shown}, but there are no leaders`;
    const fix = 'set --leaders too, or remove it';
    throw new UserError({ at: optionOf(name), problem, fix });
  }
}
