/** Reads an experiment from YAML or JSON, or takes one as an object; keeps where values stand. */

import { dirname } from 'node:path';

import { type FileKind, problemsOf } from '@cachetorrent/simulator/configuration';
import { closest } from 'fastest-levenshtein';

import { mistakesAt } from '../../configuration/mistakes.ts';
import { parseText, textOf } from '../../configuration/parse.ts';
import type { Places } from '../../configuration/places.ts';
import { UserMistake } from '../../user-mistake.ts';
import { EXPERIMENT_FIELDS, EXPERIMENT_SCHEMA, type Experiment, PLOT_FIELDS } from './schema.ts';

export interface ExperimentFile {
  readonly experiment: Experiment;
  readonly places: Places;
  /** What to call it in messages and reports. */
  readonly file: string;
  /** The folder that its base is seen from. */
  readonly folder: string;
}

/** @throws UserMistake where there is no such file, or it is no experiment */
export async function readExperiment(file: string): Promise<ExperimentFile> {
  return parseExperiment(file, await textOf(file, 'examples/experiments/'));
}

/** `file` is what to call `text`; where it ends in .json it has to be JSON, otherwise YAML. */
export function parseExperiment(file: string, text: string): ExperimentFile {
  const { value, places } = parseText(file, text, 'examples/experiments/seed-capacity.yaml');
  return checkedExperiment(value, places, file, dirname(file));
}

/** An experiment that a program puts together; its base is seen from the current folder. */
export function experimentOf(value: object): ExperimentFile {
  return checkedExperiment(value, OBJECT_PLACES, 'the experiment', '.');
}

function checkedExperiment(
  value: unknown,
  places: Places,
  file: string,
  folder: string,
): ExperimentFile {
  const checked = EXPERIMENT_SCHEMA.safeParse(value, { reportInput: true });
  if (!checked.success) {
    throw new UserMistake(...mistakesAt(problemsOf(checked.error, EXPERIMENT), places));
  }
  return { experiment: checked.data, places, file, folder };
}

const EXPERIMENT: FileKind = {
  whole: 'the experiment',
  fieldsAt: ([first]) => (first === 'plots' ? PLOT_FIELDS : EXPERIMENT_FIELDS),
  examples: { array: '[1, 2, 3]', object: '{ leaders: [10, 30, 50] }' },
};

/** Where there are no lines, the path says where. */
const OBJECT_PLACES: Places = {
  ofValue: (path) => ['the experiment', ...path].join('.'),
  ofField: (path) => ['the experiment', ...path].join('.'),
  offsetOf: () => 0,
};

/** The one of `names` that was probably meant; undefined where none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : closest(name, names as string[]);
}
