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
  /** What is not listed besides it, such as `990 more of the same kind`. */
  readonly more?: string;
}

/** What a message needs to know about the kind of file. */
export interface FileKind {
  /** What the whole is called, such as `the configuration`. */
  readonly whole: string;
  /** The fields that the object at `path` may have; none if it may have any. */
  readonly fieldsAt: (path: Path) => readonly string[];
  /** How a list and an object are written. */
  readonly examples: { readonly array: string; readonly object: string };
  /**
   * How a field is written, by name, if not every value of its type would do; an entry of the list
   * `plots` has the name `plots[]`, and a field in it `plots[].x`, if not all `x` are alike.
   */
  readonly fieldExamples?: Readonly<Record<string, string>>;
  /** The fix for a field that is known elsewhere; undefined if the most similar name is meant. */
  readonly fixOfMisplaced?: (path: Path) => string | undefined;
  /** Values that are known elsewhere by another name, and what they are called here. */
  readonly otherNames?: Readonly<Record<string, string>>;
}

/** A message with more problems than this would hide the first ones. */
const SHOWN_MAX = 10;

/**
 * The problems of a value, at most ten, with the number of the others. A field that is missing
 * because it is misspelt counts once.
 */
export function problemsOf(error: z.ZodError, kind: FileKind): ConfigProblem[] {
  const reporter = new Reporter(kind);
  const reported = error.issues.flatMap((issue) => reporter.report(issue));
  const meant = new Set(reported.map(({ meant }) => meant));
  return shownOf(
    reported
      .filter(({ missing }) => missing === undefined || !meant.has(missing))
      .map(({ problem }) => problem),
  );
}

/** The first problem of each kind, then the second of each and so on, until there are ten. */
function shownOf(problems: readonly ConfigProblem[]): ConfigProblem[] {
  if (problems.length <= SHOWN_MAX) return [...problems];
  const kinds = [...Map.groupBy(problems, kindOf).values()];
  const shown = kinds.slice(0, SHOWN_MAX).map(([first]) => [first!]);
  for (let round = 1, left = SHOWN_MAX - shown.length; left > 0; round++) {
    for (const [i, list] of shown.entries()) {
      const next = kinds[i]![round];
      if (next === undefined || left === 0) continue;
      list.push(next);
      left--;
    }
  }
  const others = kinds.slice(SHOWN_MAX).flat().length;
  return shown.flatMap((list, i) => {
    const same = kinds[i]!.length - list.length;
    const more = [
      ...(same > 0 ? [`${same.toLocaleString('en-US')} more of the same kind`] : []),
      ...(others > 0 && i === SHOWN_MAX - 1 ? [`${others.toLocaleString('en-US')} others`] : []),
    ].join(' and ');
    return more === '' ? list : [...list.slice(0, -1), { ...list.at(-1)!, more }];
  });
}

/** Entries of one list with the same fix are of one kind, and so are the fields of one object. */
function kindOf({ path, isField, fix }: ConfigProblem): string {
  const steps = isField ? path.slice(0, -1) : path;
  const within = pathName(steps.map((step) => (typeof step === 'number' ? 0 : step)));
  return isField ? within : `${within}: ${fix}`;
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
    this.#examples = { ...EXAMPLES, ...kind.examples, record: kind.examples.object };
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
    const field = String(path.at(-1));
    if (issue.code === 'invalid_value') {
      if (issue.input === undefined) {
        const fix = `add "${field}": ${issue.values.map(show).join(' or ')}`;
        return { problem: { path, name, problem: 'is missing', fix }, missing: name };
      }
      const problem = `is ${show(issue.input)}, which is not a possible value`;
      const meant = this.#otherNameOf(issue.input);
      const fix =
        meant !== undefined && issue.values.includes(meant)
          ? `it is called "${meant}" here: write that`
          : `set it to one of ${issue.values.map(show).join(', ')}`;
      return { problem: { path, name, problem, fix } };
    }
    const types = typesOf(issue);
    const example = this.#exampleOf(path) ?? this.#examples[types[0] ?? ''] ?? '...';
    if (issue.input === undefined) {
      const fix = `add "${field}": ${example}`;
      return { problem: { path, name, problem: 'is missing', fix }, missing: name };
    }
    const names = types.map((type) => TYPE_NAMES[type] ?? type).join(' or ') || 'something else';
    // YAML has numbers that are none: .nan and .inf.
    const expected = isNotFinite(issue.input) ? `${names}, and finite` : names;
    const problem = `is ${show(issue.input)}, but must be ${expected}`;
    return { problem: { path, name, problem, fix: `write ${example}, for instance` } };
  }

  #exampleOf(path: Path): string | undefined {
    const { fieldExamples = {} } = this.#kind;
    const entry = typeof path.at(-1) === 'number' ? `${path.at(-2)}[]` : String(path.at(-1));
    const inEntry = pathName(path).replace(/\d+/g, '');
    const name = [inEntry, entry].find((each) => Object.hasOwn(fieldExamples, each));
    return name === undefined ? undefined : fieldExamples[name];
  }

  #unknownField(path: Path): Reported {
    const field = String(path.at(-1));
    const within = path.slice(0, -1);
    // A name that is much longer than all others is similar to none.
    const nearest = closest(field.slice(0, 40), this.#kind.fieldsAt(within) as string[]);
    const where = within.length > 0 ? ` in ${this.#nameOf(within)}` : '';
    return {
      problem: {
        path,
        isField: true,
        problem: `there is no field ${show(field)}${where}`,
        fix:
          this.#kind.fixOfMisplaced?.(path) ??
          `the nearest is "${nearest}": write that, or remove the field`,
      },
      meant: this.#nameOf([...within, nearest]),
    };
  }

  #otherNameOf(value: unknown): string | undefined {
    const { otherNames = {} } = this.#kind;
    if (typeof value !== 'string' || !Object.hasOwn(otherNames, value)) return undefined;
    return otherNames[value];
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

function isNotFinite(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}

/** How a message shows a value. */
export function show(value: unknown): string {
  // JSON would write null for a number that is not finite.
  const text = isNotFinite(value) ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
