/** What a schema finds wrong with a file, in words: where, what, and how to mend it. */

import type { SwarmProblem } from '@cachetorrent/simulator';
import { closest } from 'fastest-levenshtein';
import type { JSONPath } from 'jsonc-parser';
import type { z } from 'zod';

import type { Whereabouts } from './places.ts';

/** What sort of file it is. */
export interface Sort {
  /** What to call all of it. */
  readonly whole: string;
  /** The fields that an object at `path` may have; none where any may stand. */
  readonly fieldsAt: (path: readonly PropertyKey[]) => readonly string[];
  /** How a list, or an object, is written there. */
  readonly examples: { readonly array: string; readonly object: string };
  /** How a field is written, by its name: where any value of its type would not do. */
  readonly fieldExamples?: Readonly<Record<string, string>>;
}

/** In order of place. A field that is missing since its name was misspelt is told once. */
export function mistakesIn(error: z.ZodError, places: Whereabouts, sort: Sort): SwarmProblem[] {
  const mistakes = error.issues.flatMap((issue) => new Teller(places, sort).tell(issue));
  const meant = new Set(mistakes.map(({ meant }) => meant));
  return mistakes
    .filter(({ missing }) => missing === undefined || !meant.has(missing))
    .sort((a, b) => a.offset - b.offset)
    .map(({ is }) => is);
}

interface Placed {
  readonly offset: number;
  readonly is: SwarmProblem;
  /** The field that is missing. */
  readonly missing?: string;
  /** The field that the user probably meant. */
  readonly meant?: string;
}

class Teller {
  readonly #places: Whereabouts;
  readonly #sort: Sort;
  readonly #examples: Readonly<Record<string, string>>;

  constructor(places: Whereabouts, sort: Sort) {
    this.#places = places;
    this.#sort = sort;
    this.#examples = { ...EXAMPLES, ...sort.examples };
  }

  tell(issue: z.core.$ZodIssue): Placed[] {
    const path = issue.path as JSONPath;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => this.#unknownField([...path, key]));
    }
    if (issue.code === 'invalid_union') {
      const meant = issue.errors.find((issues) => issues.every((inner) => !isOtherType(inner)));
      if (meant !== undefined) {
        return meant.flatMap((inner) =>
          this.tell({ ...inner, path: [...issue.path, ...inner.path] }),
        );
      }
    }
    return [this.#wrongValue(issue, path)];
  }

  #wrongValue(issue: z.core.$ZodIssue, path: JSONPath): Placed {
    const offset = this.#places.offsetOf(path);
    const name = this.#nameOf(path);
    const at = `${this.#places.ofValue(path)}: ${name}`;
    if (issue.code === 'invalid_value') {
      const problem = `is ${show(issue.input)}, which it cannot be`;
      const fix = `set it to one of ${issue.values.map(show).join(', ')}`;
      return { offset, is: { at, problem, fix } };
    }
    const types = typesOf(issue);
    const field = String(path.at(-1));
    const example = this.#sort.fieldExamples?.[field] ?? this.#examples[types[0] ?? ''] ?? '...';
    if (issue.input === undefined) {
      const fix = `add "${field}": ${example}`;
      return { offset, is: { at, problem: 'is missing', fix }, missing: name };
    }
    const wanted = types.map((type) => A[type] ?? type).join(' or ') || 'something else';
    const problem = `is ${show(issue.input)}, but has to be ${wanted}`;
    return { offset, is: { at, problem, fix: `write ${example}, for instance` } };
  }

  #unknownField(path: JSONPath): Placed {
    const name = String(path.at(-1));
    const within = path.slice(0, -1);
    const nearest = closest(name, this.#sort.fieldsAt(within) as string[]);
    const where = within.length > 0 ? ` in ${this.#nameOf(within)}` : '';
    return {
      offset: this.#places.offsetOf(path),
      is: {
        at: this.#places.ofField(path),
        problem: `there is no field "${name}"${where}`,
        fix: `the nearest is "${nearest}": write that, or leave it out`,
      },
      meant: this.#nameOf([...within, nearest]),
    };
  }

  #nameOf(path: JSONPath): string {
    if (path.length === 0) return this.#sort.whole;
    return path
      .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
      .join('')
      .slice(1);
  }
}

const A: Readonly<Record<string, string>> = {
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const EXAMPLES: Readonly<Record<string, string>> = {
  number: '10',
  boolean: 'true',
  string: '"text"',
};

/** The alternative of a union that this issue comes from is of another type altogether. */
function isOtherType({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

/** Those that a value may have instead. */
function typesOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_type') return [issue.expected];
  if (issue.code === 'invalid_union') {
    return [...new Set(issue.errors.flat().filter(isOtherType).flatMap(typesOf))];
  }
  return [];
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
