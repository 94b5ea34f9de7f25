/** Reads an experiment from YAML or JSON, or takes one as an object; keeps where values stand. */

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
  readonly places: Whereabouts;
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
  if (text.replace(/#.*$/gm, '').trim() === '') {
    const fix = 'write an experiment into it; examples/experiments/seed-capacity.yaml is one';
    throw new UserError({ at: file, problem: 'is empty', fix });
  }
  const { value, places } = file.endsWith('.json') ? fromJson(file, text) : fromYaml(file, text);
  return checkedExperiment(value, places, file, dirname(file));
}

/** An experiment that a program puts together; its base is seen from the current folder. */
export function experimentOf(value: object): ExperimentFile {
  return checkedExperiment(value, OBJECT_PLACES, 'the experiment', '.');
}

function checkedExperiment(
  value: unknown,
  places: Whereabouts,
  file: string,
  folder: string,
): ExperimentFile {
  const checked = EXPERIMENT_SCHEMA.safeParse(value, { reportInput: true });
  if (!checked.success) throw new UserError(...mistakesIn(checked.error, places, EXPERIMENT));
  return { experiment: checked.data, places, file, folder };
}

const EXPERIMENT: Sort = {
  whole: 'the experiment',
  fieldsAt: ([first]) => (first === 'plots' ? PLOT_FIELDS : EXPERIMENT_FIELDS),
  examples: { array: '[1, 2, 3]', object: '{ leaders: [10, 30, 50] }' },
};

interface Parsed {
  readonly value: unknown;
  readonly places: Whereabouts;
}

function fromJson(file: string, text: string): Parsed {
  const { tree, places } = parseJson(file, text);
  return { value: getNodeValue(tree), places };
}

function fromYaml(file: string, text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const places = new YamlPlaces(file, document, lines);
  const [error] = document.errors;
  if (error !== undefined) {
    const problem = `is not YAML: ${error.message}`;
    const fix = 'see how examples/experiments/seed-capacity.yaml is written';
    throw new UserError({ at: places.ofOffset(error.pos[0]), problem, fix });
  }
  return { value: valueOf(document, file), places };
}

/** Aliases that multiply without end are refused by the parser. */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    const problem = `is not YAML: ${(error as Error).message}`;
    throw new UserError({ at: file, problem, fix: 'write fewer aliases (*) of anchors (&)' });
  }
}

class YamlPlaces implements Whereabouts {
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

/** Where there are no lines, the path says where. */
const OBJECT_PLACES: Whereabouts = {
  ofValue: (path) => ['the experiment', ...path].join('.'),
  ofField: (path) => ['the experiment', ...path].join('.'),
  offsetOf: () => 0,
};

/** The one of `names` that was probably meant; undefined where none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : closest(name, names as string[]);
}
