/**
 * Turns an experiment into the plan of a campaign: its settings, each with a validated swarm, and
 * its runs, one for each setting and seed, each with the key under which its result is stored.
 */

import { isAbsolute, join } from 'node:path';

import type { Swarm } from '@cachetorrent/simulator';
import {
  type CompleteSwarmConfig,
  type Path,
  pathName,
} from '@cachetorrent/simulator/configuration';

import { type Locations, locationsBelow } from '../../configuration/locations.ts';
import {
  entryProblem,
  fieldNames,
  fieldOf,
  fieldPath,
  todaysName,
  type ParameterValue,
  plainValue,
  sectionsFirst,
  withField,
} from '../../configuration/parameters.ts';
import { checkedSwarmAt, type ConfigFile, configOf, readConfig } from '../../configuration/read.ts';
import { UserError } from '../../user-error.ts';
import { METRIC_NAMES } from '../metrics.ts';
import { type Constraint, parseConstraint } from './constraint.ts';
import { canonicalJson, type RunKey, runKey, swarmDigest } from './key.ts';
import { type ExperimentFile, nearestName } from './read.ts';
import type { Experiment } from './schema.ts';
import { seedsOf } from './seeds.ts';
import { type Assignment, type Combination, combinationsOf } from './variation.ts';

/** The values of the varied parameters, by name, in the order of the experiment. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** One combination of parameter values, and the configuration and swarm that it gives. */
export interface Setting {
  readonly parameters: Parameters;
  readonly config: CompleteSwarmConfig;
  readonly swarm: Swarm;
}

export interface PlannedRun {
  readonly key: RunKey;
  readonly setting: Setting;
  readonly seed: number;
  /** Index of the seed, from 0. */
  readonly repetition: number;
}

export interface CampaignPlan {
  /** Name of the experiment file, for messages and reports. */
  readonly file: string;
  readonly experiment: Experiment;
  readonly settings: readonly Setting[];
  readonly seeds: readonly number[];
  /** All repetitions of the first setting, then those of the second, and so on. */
  readonly runs: readonly PlannedRun[];
  /** The varied parameters, in the order of the experiment. */
  readonly parameterNames: readonly string[];
}

/**
 * Plans the campaign of an experiment.
 *
 * @throws UserError if the experiment, or one of its settings, is invalid
 */
export async function planCampaign(file: ExperimentFile): Promise<CampaignPlan> {
  const base = await readBase(file);
  const { experiment, locations } = file;
  checkName(file);
  const written: readonly Combination[] =
    experiment.vary === undefined ? [[]] : combinationsOf(experiment.vary, ['vary'], locations);
  const fieldPaths = fieldPathsOf(file, written);
  const varied = written.map((combination) => combination.map((each) => plain(each, fieldPaths)));
  const parameterNames = [...new Set(varied.flat().map(({ name }) => name))];
  checkPlots(file, parameterNames);
  const included = withoutExcluded(varied, file, base, parameterNames, fieldPaths);
  checkDistinctSettings(included, locations);
  checkDetails(file, included.map(parametersOf));
  const fixed = Object.entries(experiment.set ?? {}).map(
    ([name, value]): Assignment => ({ name, value, path: ['set', name] }),
  );
  const settings = included.map((combination) =>
    settingOf([...fixed, ...combination], parametersOf(combination), fieldPaths, base, locations),
  );
  const seeds = seedsOf(file);
  const runs = settings.flatMap((setting) => {
    const digest = swarmDigest(setting.swarm);
    return seeds.map((seed, repetition): PlannedRun => {
      return { key: runKey(digest, seed), setting, seed, repetition };
    });
  });
  return { file: file.file, experiment, settings, seeds, runs, parameterNames };
}

async function readBase({ experiment, locations, folder }: ExperimentFile): Promise<ConfigFile> {
  const { base } = experiment;
  if (typeof base === 'string') return readConfig(isAbsolute(base) ? base : join(folder, base));
  return configOf(base, locationsBelow(locations, ['base']), folder);
}

function checkName({ experiment, locations }: ExperimentFile): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}$/.test(experiment.name)) return;
  const at = `${locations.ofValue(['name'])}: name`;
  const problem = `is "${experiment.name}", which cannot be used as a file name`;
  throw new UserError({ at, problem, fix: 'use letters, digits, - and _, as in leaders-sweep' });
}

/** Checks that plots and details name varied parameters only. */
function checkPlots(
  { experiment, locations }: ExperimentFile,
  parameterNames: readonly string[],
): void {
  const checkIsVaried = (name: string, path: Path) => {
    if (parameterNames.includes(name)) return;
    const nearest = nearestName(name, parameterNames);
    const problem = `names "${name}", which is not varied`;
    const fix = nearest === undefined ? 'vary it, or remove it' : `the nearest is "${nearest}"`;
    throw new UserError({ at: `${locations.ofValue(path)}: ${pathName(path)}`, problem, fix });
  };
  experiment.plots?.forEach(({ x, y, series, facet }, i) => {
    if ([y].flat().length === 0) {
      const at = `${locations.ofValue(['plots', i, 'y'])}: plots[${i}].y`;
      const problem = 'is an empty list, so there is nothing to plot';
      throw new UserError({ at, problem, fix: 'name a metric, or remove the plot' });
    }
    checkIsVaried(x, ['plots', i, 'x']);
    if (series !== undefined) checkIsVaried(series, ['plots', i, 'series']);
    if (facet !== undefined) checkIsVaried(facet, ['plots', i, 'facet']);
  });
  experiment.details?.forEach((detail, i) => {
    for (const name of Object.keys(detail)) checkIsVaried(name, ['details', i, name]);
  });
}

/** Whether a setting has the values that an entry of `details` names. */
export function isDetail(parameters: Parameters, detail: Parameters): boolean {
  return Object.entries(detail).every(([name, value]) => {
    const path = fieldPath(name);
    const expected = path === undefined ? value : plainValue(path, value);
    return canonicalJson(parameters[name]) === canonicalJson(expected);
  });
}

function checkDetails(
  { experiment, locations }: ExperimentFile,
  settings: readonly Parameters[],
): void {
  experiment.details?.forEach((detail, i) => {
    if (settings.some((parameters) => isDetail(parameters, detail))) return;
    const at = `${locations.ofValue(['details', i])}: details[${i}]`;
    const fix = 'name values that are in "vary", and not excluded';
    throw new UserError({ at, problem: 'is none of the settings', fix });
  });
}

/** Columns of the result tables that a label must not be named after, in lower case. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'run',
  'combination',
  'repetition',
  'seed',
  ...METRIC_NAMES.map((name) => name.toLowerCase()),
]);

/** The field of the configuration that each parameter sets; undefined for a label. */
type FieldPaths = ReadonlyMap<string, Path | undefined>;

function fieldPathsOf(
  { experiment, locations }: ExperimentFile,
  varied: readonly Combination[],
): FieldPaths {
  const fieldPaths = new Map<string, Path | undefined>();
  const labels = experiment.labels ?? [];
  const others = new Set(varied.flat().map(({ name }) => name));
  for (const label of labels) {
    const conflict = conflictOf(label, [...others, ...labels]);
    if (conflict !== undefined) {
      const at = `${locations.ofValue(['labels'])}: labels`;
      const problem = `has ${JSON.stringify(label)}, which is ${conflict}`;
      throw new UserError({ at, problem, fix: 'give the label another name' });
    }
    fieldPaths.set(label, undefined);
  }
  const fixed = Object.keys(experiment.set ?? {}).map((name) => ({ name, path: ['set', name] }));
  for (const { name, path } of [...fixed, ...varied.flat()]) {
    if (fieldPaths.has(name)) continue;
    const field = fieldPath(name);
    if (field === undefined) {
      throw unknownField(name, `${locations.ofField(path)}: ${name}`, labels);
    }
    fieldPaths.set(name, field);
  }
  checkDistinctFields(fieldPaths, varied, locations);
  return fieldPaths;
}

/** A field that is varied under two names would have the value of one, and be shown with both. */
function checkDistinctFields(
  fieldPaths: FieldPaths,
  varied: readonly Combination[],
  locations: Locations,
): void {
  const nameOf = new Map<string, string>();
  for (const { name, path } of varied.flat()) {
    const field = fieldPaths.get(name);
    if (field === undefined) continue;
    // The name of a client is short for its preset.
    const id = pathName(field) === 'client.preset' ? 'client' : pathName(field);
    const first = nameOf.get(id) ?? name;
    if (first !== name) {
      const at = `${locations.ofField(path)}: ${name}`;
      const fix = `write "${first}" everywhere`;
      throw new UserError({ at, problem: `is the same field as "${first}"`, fix });
    }
    nameOf.set(id, name);
  }
}

/** Two equal settings would count each of their runs twice. */
function checkDistinctSettings(combinations: readonly Combination[], locations: Locations): void {
  const seen = new Set<string>();
  for (const combination of combinations) {
    const parameters = parametersOf(combination);
    const id = canonicalJson(parameters);
    if (seen.has(id)) {
      const [first] = combination;
      const at = `${locations.ofValue(first?.path ?? ['vary'])}: vary`;
      const problem = `gives the setting ${formatParameters(parameters)} twice`;
      throw new UserError({ at, problem, fix: 'remove one of them' });
    }
    seen.add(id);
  }
}

/** Why a label cannot be the name of a column; upper and lower case are the same in SQL. */
function conflictOf(label: string, parameters: readonly string[]): string | undefined {
  const folded = label.toLowerCase();
  // oxlint-disable-next-line no-control-regex -- a table cannot show them
  if (!/^[^\u0000-\u001f]{1,100}$/.test(label)) return 'no name of 1 to 100 characters';
  if (fieldPath(label) !== undefined) return 'a field of a configuration';
  if (label === '__proto__') return 'not a name in JavaScript';
  if (RESERVED_NAMES.has(folded)) return 'a column of the results';
  const twin = parameters.find((name) => name !== label && name.toLowerCase() === folded);
  return twin === undefined ? undefined : `the same column as "${twin}" in a query`;
}

function unknownField(name: string, at: string, labels: readonly string[]): UserError {
  const former = todaysName(name);
  const nearest = former ?? nearestName(name, [...fieldNames(), ...labels]);
  const fix =
    former === undefined
      ? `the nearest is "${nearest}"; if it is only a label, add it to "labels"`
      : `it is called "${nearest}"`;
  return new UserError({ at, problem: 'is neither a field of a configuration nor a label', fix });
}

function withoutExcluded(
  varied: readonly Combination[],
  { experiment, locations }: ExperimentFile,
  { config }: ConfigFile,
  parameterNames: readonly string[],
  fieldPaths: FieldPaths,
): readonly Combination[] {
  const texts = [experiment.exclude ?? []].flat();
  if (texts.length === 0) return varied;
  const names = [...parameterNames, ...fieldNames()];
  const at = locations.ofValue(['exclude']);
  const constraints = texts.map((text): Constraint => parseConstraint(text, at, names));
  // A field may be named with its section or without.
  const idOf = (name: string) => pathName(fieldPath(name) ?? []) || name;
  const fixed = new Map(Object.entries(experiment.set ?? {}).map(([name, v]) => [idOf(name), v]));
  /** The base, with the sections that are set or varied as a whole. */
  const sectionsOf = (values: ReadonlyMap<string, ParameterValue>): object => ({
    ...config,
    ...Object.fromEntries([...fixed, ...values]),
  });
  const included = varied.filter((combination) => {
    const values = new Map(combination.map(({ name, value }) => [idOf(name), value]));
    const valueOf = (name: string) => {
      const id = idOf(name);
      if (values.has(id)) return values.get(id);
      if (fieldPaths.has(name) && fieldPaths.get(name) === undefined) return undefined;
      const path = fieldPath(name);
      const value = fixed.has(id) ? fixed.get(id) : path && fieldOf(sectionsOf(values), path);
      return path && value !== undefined ? plainValue(path, value) : value;
    };
    return !constraints.some((isExcluded) => isExcluded(valueOf));
  });
  if (included.length > 0) return included;
  const all = varied.length === 1 ? 'the only setting' : `all ${varied.length} settings`;
  const problem = `excludes ${all}`;
  const fix = 'write a condition that is true only for the settings to leave out';
  throw new UserError({ at: `${at}: exclude`, problem, fix });
}

/** Returns an assignment with a number for a quantity, for tables, plots and conditions. */
function plain(assignment: Assignment, fieldPaths: FieldPaths): Assignment {
  const path = fieldPaths.get(assignment.name);
  if (path === undefined) return assignment;
  return { ...assignment, value: plainValue(path, assignment.value) };
}

/** An assignment and the field of the configuration that it sets. */
interface FieldAssignment extends Assignment {
  readonly field: Path;
}

function settingOf(
  assignments: readonly Assignment[],
  parameters: Parameters,
  fieldPaths: FieldPaths,
  base: ConfigFile,
  locations: Locations,
): Setting {
  const assigned = assignments.flatMap((assignment): FieldAssignment[] => {
    const field = fieldPaths.get(assignment.name);
    return field === undefined ? [] : [{ ...assignment, field }];
  });
  const fields = sectionsFirst(assigned, ({ field }) => field);
  let value: object = base.config;
  for (const assignment of fields) {
    const { field, name, path } = assignment;
    const problem = entryProblem(value, field);
    if (problem !== undefined) {
      throw new UserError({ at: `${locations.ofField(path)}: ${name}`, ...problem });
    }
    value = withField(value, field, assignment.value);
  }
  const inSetting = locationsOf(fields, parameters, base.locations, locations);
  return { parameters, ...checkedSwarmAt(value, inSetting, base) };
}

function parametersOf(combination: Combination): Parameters {
  return Object.fromEntries(combination.map(({ name, value }) => [name, value]));
}

/** Locates the fields of a setting: assigned ones in the experiment, the others in the base. */
function locationsOf(
  fields: readonly FieldAssignment[],
  parameters: Parameters,
  base: Locations,
  locations: Locations,
): Locations {
  const varied = formatParameters(parameters);
  const suffix = varied === '' ? '' : ` (where ${varied})`;
  const assignmentOf = (path: Path) =>
    fields.findLast(({ field }) => field.every((step, i) => step === path[i]));
  const locate = (path: Path, inBase: (path: Path) => string) => {
    const assignment = assignmentOf(path);
    const at = assignment === undefined ? inBase(path) : locations.ofValue(assignment.path);
    return `${at}${suffix}`;
  };
  return {
    ofValue: (path) => locate(path, (inner) => base.ofValue(inner)),
    ofField: (path) => locate(path, (inner) => base.ofField(inner)),
    offsetOf: (path) => locations.offsetOf(assignmentOf(path)?.path ?? []),
  };
}

/** Formats parameters for messages: `leaders=30, peers=200`. */
export function formatParameters(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
