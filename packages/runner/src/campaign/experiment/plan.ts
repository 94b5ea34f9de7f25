/**
 * What an experiment comes to: its combinations as checked swarms, and its runs, one for each
 * combination and seed, each with the key under which its result is stored.
 */

import { isAbsolute, join } from 'node:path';

import type { Swarm } from '@cachetorrent/simulator';
import type { JSONPath } from 'jsonc-parser';

import type { Whereabouts } from '../../configuration/places.ts';
import { checkedConfig, type ConfigFile, readConfig } from '../../configuration/read.ts';
import { checkedSwarm, type WholeConfig } from '../../configuration/swarm.ts';
import { UserError } from '../../user-error.ts';
import { FIGURE_NAMES } from '../figures.ts';
import { type Constraint, constraint } from './constraint.ts';
import type { Experiment, ParameterValue } from './schema.ts';
import { type ExperimentFile, nearest } from './read.ts';
import { fieldNames, fieldOf, fieldPath, withField } from './fields.ts';
import { type RunKey, runKey, swarmDigest } from './key.ts';
import { checkPlots } from './plots.ts';
import { seedsOf } from './seeds.ts';
import { type Combination, combinationsOf, type Setting } from './variation.ts';

/** The values of what was varied, by name, in the order of the experiment. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

export interface Cell {
  readonly parameters: Parameters;
  readonly config: WholeConfig;
  readonly swarm: Swarm;
}

export interface PlannedRun {
  readonly key: RunKey;
  readonly cell: Cell;
  readonly seed: number;
  /** Counts the seeds, from 0. */
  readonly repetition: number;
}

export interface CampaignPlan {
  readonly file: string;
  readonly experiment: Experiment;
  readonly cells: readonly Cell[];
  readonly seeds: readonly number[];
  /** All repetitions of the first cell, then those of the second … */
  readonly runs: readonly PlannedRun[];
  /** What the names of parameters may be: those varied, in the order of the experiment. */
  readonly parameterNames: readonly string[];
}

/** @throws UserMistake where the experiment, or one of its combinations, makes no sense */
export async function planCampaign(file: ExperimentFile): Promise<CampaignPlan> {
  const base = await baseOf(file);
  const { experiment, places } = file;
  refuseBadName(file);
  const varied: readonly Combination[] =
    experiment.vary === undefined ? [[]] : combinationsOf(experiment.vary, ['vary'], places);
  const parameterNames = [...new Set(varied.flat().map(({ name }) => name))];
  const routes = routesOf(file, varied);
  checkPlots(file, parameterNames);
  const kept = withoutExcluded(varied, file, base, parameterNames, routes);
  const fixed = Object.entries(experiment.set ?? {}).map(
    ([name, value]): Setting => ({ name, value, at: ['set', name] }),
  );
  const cells = kept.map((combination) => cellOf(combination, fixed, routes, base, file));
  const seeds = seedsOf(file);
  const runs = cells.flatMap((cell) => {
    const digest = swarmDigest(cell.swarm);
    return seeds.map((seed, repetition) => ({
      key: runKey(digest, seed),
      cell,
      seed,
      repetition,
    }));
  });
  return { file: file.file, experiment, cells, seeds, runs, parameterNames };
}

async function baseOf({ experiment, places, folder }: ExperimentFile): Promise<ConfigFile> {
  const { base } = experiment;
  if (typeof base === 'string') return readConfig(isAbsolute(base) ? base : join(folder, base));
  const within: Whereabouts = {
    ofValue: (path) => places.ofValue(['base', ...path]),
    ofField: (path) => places.ofField(['base', ...path]),
    offsetOf: (path) => places.offsetOf(['base', ...path]),
  };
  return { config: checkedConfig(base, within), places: within };
}

function refuseBadName({ experiment, places }: ExperimentFile): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}$/.test(experiment.name)) return;
  const at = `${places.ofValue(['name'])}: name`;
  const problem = `is "${experiment.name}", which cannot be the name of a file`;
  throw new UserError({ at, problem, fix: 'use letters, digits, - and _, as in leaders-sweep' });
}

/** What stands beside the parameters in the tables of results. */
const COLUMNS: ReadonlySet<string> = new Set([
  'run',
  'combination',
  'repetition',
  'seed',
  ...FIGURE_NAMES,
]);

/** Where each parameter goes in a configuration; a label goes nowhere. */
type Routes = ReadonlyMap<string, JSONPath | undefined>;

function routesOf({ experiment, places }: ExperimentFile, varied: readonly Combination[]): Routes {
  const routes = new Map<string, JSONPath | undefined>();
  const labels = experiment.labels ?? [];
  for (const label of labels) {
    const taken = fieldPath(label) === undefined ? undefined : 'a field of a configuration';
    const means = taken ?? (COLUMNS.has(label) ? 'a column of the results' : undefined);
    if (means !== undefined) {
      const at = `${places.ofValue(['labels'])}: labels`;
      const problem = `has "${label}", which is ${means}`;
      throw new UserError({ at, problem, fix: 'give the label another name' });
    }
    routes.set(label, undefined);
  }
  const fixed = Object.keys(experiment.set ?? {}).map((name) => ({ name, at: ['set', name] }));
  for (const { name, at } of [...fixed, ...varied.flat()]) {
    if (routes.has(name)) continue;
    const path = fieldPath(name);
    if (path === undefined) throw unknownField(name, `${places.ofField(at)}: ${name}`, labels);
    routes.set(name, path);
  }
  return routes;
}

function unknownField(name: string, at: string, labels: readonly string[]): UserError {
  const near = nearest(name, [...fieldNames(), ...labels]);
  const fix = `the nearest is "${near}": write that; or, if it is but a name, add it to "labels"`;
  return new UserError({ at, problem: 'is neither a field of a configuration nor a label', fix });
}

function withoutExcluded(
  varied: readonly Combination[],
  { experiment, places }: ExperimentFile,
  { config }: ConfigFile,
  parameterNames: readonly string[],
  routes: Routes,
): readonly Combination[] {
  const texts = [experiment.exclude ?? []].flat();
  if (texts.length === 0) return varied;
  const names = [...parameterNames, ...fieldNames()];
  const at = places.ofValue(['exclude']);
  const constraints = texts.map((text): Constraint => constraint(text, at, names));
  const kept = varied.filter((combination) => {
    const values = new Map(combination.map(({ name, value }) => [name, value]));
    const valueOf = (name: string) => {
      if (values.has(name)) return values.get(name);
      if (routes.has(name) && routes.get(name) === undefined) return undefined;
      const path = fieldPath(name);
      return experiment.set?.[name] ?? (path && fieldOf(config, path));
    };
    return !constraints.some((excludes) => excludes(valueOf));
  });
  if (kept.length > 0) return kept;
  const problem = `leaves out all ${varied.length} combinations`;
  const fix = 'let it hold for fewer: what it says is what is left out';
  throw new UserError({ at: `${at}: exclude`, problem, fix });
}

function cellOf(
  combination: Combination,
  fixed: readonly Setting[],
  routes: Routes,
  base: ConfigFile,
  { places }: ExperimentFile,
): Cell {
  const parameters = Object.fromEntries(combination.map(({ name, value }) => [name, value]));
  const applied = [...fixed, ...combination].flatMap((setting) => {
    const path = routes.get(setting.name);
    return path === undefined ? [] : [{ ...setting, path }];
  });
  let value: object = base.config;
  for (const setting of applied) {
    const list = fieldOf(value, setting.path.slice(0, 1));
    if (Array.isArray(list) && Number(setting.path[1] ?? 0) >= list.length) {
      const at = `${places.ofField(setting.at)}: ${setting.name}`;
      const problem = `is beyond the ${list.length} entries that the base has`;
      throw new UserError({ at, problem, fix: 'count entries from 0, or add one to the base' });
    }
    value = withField(value, setting.path, setting.value);
  }
  const whereabouts = whereaboutsOf(applied, parameters, base.places, places);
  const config = checkedConfig(value, whereabouts);
  return { parameters, ...checkedSwarm({ config, places: whereabouts }, {}) };
}

/** Of the fields of one cell: what was varied stands in the experiment, the rest in the base. */
function whereaboutsOf(
  applied: readonly (Setting & { readonly path: JSONPath })[],
  parameters: Parameters,
  base: Whereabouts,
  places: Whereabouts,
): Whereabouts {
  const varied = tellParameters(parameters);
  const suffix = varied === '' ? '' : ` (where ${varied})`;
  const settingOf = (path: JSONPath) =>
    applied.findLast((setting) => setting.path.every((step, i) => step === path[i]));
  const where = (path: JSONPath, otherwise: (path: JSONPath) => string) => {
    const setting = settingOf(path);
    return `${setting === undefined ? otherwise(path) : places.ofValue(setting.at)}${suffix}`;
  };
  return {
    ofValue: (path) => where(path, (of) => base.ofValue(of)),
    ofField: (path) => where(path, (of) => base.ofField(of)),
    offsetOf: (path) => places.offsetOf(settingOf(path)?.at ?? []),
  };
}

/** `leaders=30, bias=10`. */
export function tellParameters(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
