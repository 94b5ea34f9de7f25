/** Turns the issues that a schema finds into problems: where, what, and how to fix it. */

import { closest } from 'fastest-levenshtein';
import type { z } from 'zod';

/** The way from the top of a configuration to a value. */
export type Path = readonly (string | number)[];

/** One mistake in a configuration. */
export interface ConfigProblem {
  readonly path: Path;
  /** Whether `path` is the name of a field that should not be there; else it is a value. */
  readonly isField?: true;
  /** How the value is called; absent where the problem names it. */
  readonly name?: string;
  readonly problem: string;
  readonly fix: string;
}

/** What a message needs to know about the kind of file. */
export interface FileKind {
  /** What the whole is called, such as `the configuration`. */
  readonly whole: string;
  /** The fields that the object at `path` may have; none if it may have any. */
  readonly fieldsAt: (path: Path) => readonly string[];
  /** How a list and an object are written. */
  readonly examples: { readonly array: string; readonly object: string };
  /** How a field is written, by name, if not every value of its type would do. */
  readonly fieldExamples?: Readonly<Record<string, string>>;
}

/** The problems of a value; a field that is missing because it is misspelt counts once. */
export function problemsOf(error: z.ZodError, kind: FileKind): ConfigProblem[] {
  const reported = error.issues.flatMap((issue) => new Reporter(kind).report(issue));
  const meant = new Set(reported.map(({ meant }) => meant));
  return reported
    .filter(({ missing }) => missing === undefined || !meant.has(missing))
    .map(({ problem }) => problem);
}

/** How a path is written: `classes[0].upload`. */
export function pathName(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);
}

interface Reported {
  readonly problem: ConfigProblem;
  /** The field that is missing. */
  readonly missing?: string;
  /** The field that the user probably meant. */
  readonly meant?: string;
}

class Reporter {
  readonly #kind: FileKind;
  readonly #examples: Readonly<Record<string, string>>;

  constructor(kind: FileKind) {
    this.#kind = kind;
    this.#examples = { ...EXAMPLES, ...kind.examples };
  }

  report(issue: z.core.$ZodIssue): Reported[] {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => this.#unknownField([...path, key]));
    }
    if (issue.code === 'invalid_union') {
      const meant = issue.errors.find((issues) => issues.every((inner) => !isOtherType(inner)));
      if (meant !== undefined) {
        return meant.flatMap((inner) =>
          this.report({ ...inner, path: [...issue.path, ...inner.path] }),
        );
      }
    }
    return [this.#wrongValue(issue, path)];
  }

  #wrongValue(issue: z.core.$ZodIssue, path: Path): Reported {
    const name = this.#nameOf(path);
    if (issue.code === 'custom') {
      const fix = String(issue.params?.['fix']);
      return { problem: { path, name, problem: issue.message, fix } };
    }
    if (issue.code === 'invalid_value') {
      const problem = `is ${show(issue.input)}, which is not a possible value`;
      const fix = `set it to one of ${issue.values.map(show).join(', ')}`;
      return { problem: { path, name, problem, fix } };
    }
    const types = typesOf(issue);
    const field = String(path.at(-1));
    const example = this.#kind.fieldExamples?.[field] ?? this.#examples[types[0] ?? ''] ?? '...';
    if (issue.input === undefined) {
      const fix = `add "${field}": ${example}`;
      return { problem: { path, name, problem: 'is missing', fix }, missing: name };
    }
    const expected = types.map((type) => TYPE_NAMES[type] ?? type).join(' or ') || 'something else';
    const problem = `is ${show(issue.input)}, but must be ${expected}`;
    return { problem: { path, name, problem, fix: `write ${example}, for instance` } };
  }

  #unknownField(path: Path): Reported {
    const field = String(path.at(-1));
    const within = path.slice(0, -1);
    const nearest = closest(field, this.#kind.fieldsAt(within) as string[]);
    const where = within.length > 0 ? ` in ${this.#nameOf(within)}` : '';
    return {
      problem: {
        path,
        isField: true,
        problem: `there is no field "${field}"${where}`,
        fix: `the nearest is "${nearest}": write that, or remove the field`,
      },
      meant: this.#nameOf([...within, nearest]),
    };
  }

  #nameOf(path: Path): string {
    return path.length === 0 ? this.#kind.whole : pathName(path);
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
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

/** Whether the alternative of a union that this issue comes from has another type altogether. */
function isOtherType({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

/** The types that a value may have instead. */
function typesOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_type') return [issue.expected];
  if (issue.code === 'invalid_union') {
    return [...new Set(issue.errors.flat().filter(isOtherType).flatMap(typesOf))];
  }
  return [];
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
