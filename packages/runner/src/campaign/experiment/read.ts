/** Reads experiments from YAML or JSON, or from an object; keeps the locations of values. */

import { dirname } from 'node:path';

import { closest } from 'fastest-levenshtein';
import { getNodeValue, type JSONPath } from 'jsonc-parser';
import { isNode, isPair, LineCounter, parseDocument, type Document } from 'yaml';

import { mistakesIn, type Sort } from '../../configuration/issues.ts';
import { parseJson } from '../../configuration/json.ts';
import type { Whereabouts } from '../../configuration/places.ts';
import { textOf } from '../../configuration/read.ts';
import { UserError } from '../../user-error.ts';
import { EXPERIMENT_FIELDS, EXPERIMENT_SCHEMA, type Experiment, PLOT_FIELDS } from './schema.ts';

export interface ExperimentFile {
  readonly experiment: Experiment;
  readonly locations: Whereabouts;
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
 * Parses `text` as an experiment. `file` is its name in messages; if the name ends in .json, the
 * text has to be JSON, otherwise YAML.
 *
 * @throws UserError if the text is not an experiment
 */
export function parseExperiment(file: string, text: string): ExperimentFile {
  if (text.replace(/#.*$/gm, '').trim() === '') {
    const fix = 'write an experiment, such as examples/experiments/seed-capacity.yaml';
    throw new UserError({ at: file, problem: 'is empty', fix });
  }
  const { value, locations } = file.endsWith('.json')
    ? parseJsonText(file, text)
    : parseYamlText(file, text);
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
  locations: Whereabouts,
  file: string,
  folder: string,
): ExperimentFile {
  const checked = EXPERIMENT_SCHEMA.safeParse(value, { reportInput: true });
  if (!checked.success) {
    throw new UserError(...mistakesIn(checked.error, locations, EXPERIMENT_KIND));
  }
  return { experiment: checked.data, locations, file, folder };
}

const EXPERIMENT_KIND: Sort = {
  whole: 'the experiment',
  fieldsAt: ([first]) => (first === 'plots' ? PLOT_FIELDS : EXPERIMENT_FIELDS),
  examples: { array: '[1, 2, 3]', object: '{ leaders: [10, 30, 50] }' },
};

interface ParsedText {
  readonly value: unknown;
  readonly locations: Whereabouts;
}

function parseJsonText(file: string, text: string): ParsedText {
  const { tree, places } = parseJson(file, text);
  return { value: getNodeValue(tree), locations: places };
}

function parseYamlText(file: string, text: string): ParsedText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const locations = new YamlLocations(file, document, lines);
  const [error] = document.errors;
  if (error !== undefined) {
    const problem = `is not YAML: ${error.message}`;
    const fix = 'see how examples/experiments/seed-capacity.yaml is written';
    throw new UserError({ at: locations.ofOffset(error.pos[0]), problem, fix });
  }
  return { value: valueOf(document, file), locations };
}

/** The parser rejects aliases that expand exponentially. */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    const problem = `is not YAML: ${(error as Error).message}`;
    throw new UserError({ at: file, problem, fix: 'use fewer aliases (*) of anchors (&)' });
  }
}

class YamlLocations implements Whereabouts {
  readonly #file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file;
    this.#document = document;
    this.#lines = lines;
  }

  ofOffset(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#file}:${line}:${col}`;
  }

  ofValue(path: JSONPath): string {
    return this.ofOffset(this.offsetOf(path));
  }

  ofField(path: JSONPath): string {
    const holder = this.#document.getIn(path.slice(0, -1), true) ?? this.#document.contents;
    const items = (holder as { items?: readonly unknown[] } | null)?.items ?? [];
    const pair = items.find((item) => isPair(item) && String(item.key) === String(path.at(-1)));
    const key = isPair(pair) && isNode(pair.key) ? pair.key.range?.[0] : undefined;
    return this.ofOffset(key ?? this.offsetOf(path));
  }

  offsetOf(path: JSONPath): number {
    for (let length = path.length; length > 0; length--) {
      const node = this.#document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  }
}

/** An object has no lines, so the path of a value is its location. */
const OBJECT_LOCATIONS: Whereabouts = {
  ofValue: (path) => ['the experiment', ...path].join('.'),
  ofField: (path) => ['the experiment', ...path].join('.'),
  offsetOf: () => 0,
};

/** Returns the name that is nearest to `name`; undefined if `names` is empty. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : closest(name, names as string[]);
}
