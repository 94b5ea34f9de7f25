/** Reads experiments from YAML or JSON, or from an object; keeps the locations of values. */

import { dirname } from 'node:path';

import { type FileKind, problemsOf } from '@cachetorrent/simulator/configuration';
import { closest } from 'fastest-levenshtein';

import { locatedProblems } from '../../configuration/located-problems.ts';
import type { Locations } from '../../configuration/locations.ts';
import { parseText, textOf } from '../../configuration/parse.ts';
import { UserError } from '../../user-error.ts';
import { EXPERIMENT_FIELDS, EXPERIMENT_SCHEMA, type Experiment, PLOT_FIELDS } from './schema.ts';

export interface ExperimentFile {
  readonly experiment: Experiment;
  readonly locations: Locations;
  /** Its name in messages and reports. */
  readonly file: string;
  /** The folder that the path of its base is relative to. */
  readonly folder: string;
}

/**
 * Reads an experiment file.
 *
 * @throws UserError if there is no such file, or it is not an experiment
 */
export async function readExperiment(file: string): Promise<ExperimentFile> {
  return parseExperiment(file, await textOf(file, 'examples/experiments/'));
}

/**
 * Parses `text` as an experiment. `file` is its name in messages; see `parseText` for its
 * format.
 *
 * @throws UserError if the text is not an experiment
 */
export function parseExperiment(file: string, text: string): ExperimentFile {
  const example = 'examples/experiments/seed-capacity.yaml';
  const { value, locations } = parseText(file, text, example);
  return checkExperiment(value, locations, file, dirname(file));
}

/**
 * Takes an experiment as an object. The path of its base is relative to the current folder.
 *
 * @throws UserError if `value` is not an experiment
 */
export function experimentFromObject(value: object): ExperimentFile {
  return checkExperiment(value, OBJECT_LOCATIONS, 'the experiment', '.');
}

function checkExperiment(
  value: unknown,
  locations: Locations,
  file: string,
  folder: string,
): ExperimentFile {
  const checked = EXPERIMENT_SCHEMA.safeParse(value, { reportInput: true });
  if (!checked.success) {
    const problems = problemsOf(checked.error, EXPERIMENT_KIND);
    throw new UserError(...locatedProblems(problems, locations));
  }
  return { experiment: checked.data, locations, file, folder };
}

const EXPERIMENT_KIND: FileKind = {
  whole: 'the experiment',
  fieldsAt: ([first]) => (first === 'plots' ? PLOT_FIELDS : EXPERIMENT_FIELDS),
  examples: { array: '[1, 2, 3]', object: '{ leaders: 30 }' },
  fieldExamples: {
    name: '"leaders-sweep"',
    base: '"../configs/small.json"',
    exclude: '"leaders > 30"',
    labels: '[protocol]',
    measure: '[redundancy, p50Ms]',
    plots: '[{ x: leaders, y: redundancy }]',
    'plots[]': '{ x: leaders, y: redundancy }',
    details: '[{ leaders: 30 }]',
  },
};

/** An object has no lines, so the path of a value is its location. */
const OBJECT_LOCATIONS: Locations = {
  ofValue: (path) => ['the experiment', ...path].join('.'),
  ofField: (path) => ['the experiment', ...path].join('.'),
  offsetOf: () => 0,
};

/** Returns the name that is nearest to `name`; undefined if `names` is empty. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : closest(name, names as string[]);
}
