/**
 * Expands the `vary` field of an experiment into combinations of parameter values, in the order in
 * which they are written.
 *
 *     { leaders: [10, 30], peers: [50] }             (10, 50) (30, 50)
 *     zip: { leaders: [10, 30], peers: [50, 90] }    (10, 50) (30, 90)
 *     union: [a, b]                                the combinations of a, then those of b
 *     product: [a, b]                              each combination of a with each of b
 */

import { type Path, show } from '@cachetorrent/simulator/configuration';

import type { Locations } from '../../configuration/locations.ts';
import { UserError } from '../../user-error.ts';
import type { ParameterValue } from './schema.ts';

/** A parameter and the value that it takes. */
export interface Assignment {
  readonly name: string;
  readonly value: ParameterValue;
  /** Path of the value within the experiment. */
  readonly path: Path;
}

/** The parameter values of one setting. */
export type Combination = readonly Assignment[];

/** A campaign of this size would take too long; listing so many combinations takes seconds. */
const MAX_COMBINATIONS = 1_000_000;

/**
 * Returns the combinations that `variation` describes. `path` is its path within the experiment.
 * Does not check that the parameters exist.
 *
 * @throws UserError if `variation` is invalid or contains no combination
 */
export function combinationsOf(
  variation: unknown,
  path: Path,
  locations: Locations,
): readonly Combination[] {
  return new VariationParser(locations).combinations(variation, path);
}

class VariationParser {
  readonly #locations: Locations;

  constructor(locations: Locations) {
    this.#locations = locations;
  }

  combinations(variation: unknown, path: Path): readonly Combination[] {
    const entries = this.#entries(variation, path);
    const operator = entries.find(([name]) => OPERATORS.has(name))?.[0];
    if (operator === undefined) {
      return this.#product(
        entries.map(([name, values]) => this.#assignments(name, values, [...path, name])),
        path,
      );
    }
    if (entries.length > 1) {
      const fix = `move the other parameters into a product: [{ ${operator}: ... }, { ... }]`;
      this.#fail(path, `has "${operator}" together with parameters`, fix);
    }
    const [, operand] = entries[0]!;
    if (operator === 'zip') return this.#zip(operand, [...path, operator]);
    const factors = this.#list(operand, [...path, operator]).map((factor, i) =>
      this.combinations(factor, [...path, operator, i]),
    );
    return operator === 'union' ? factors.flat() : this.#product(factors, [...path, operator]);
  }

  #product(factors: readonly (readonly Combination[])[], path: Path): readonly Combination[] {
    const count = factors.reduce((product, { length }) => product * length, 1);
    if (count > MAX_COMBINATIONS) {
      const problem = `gives ${count} combinations, more than ${MAX_COMBINATIONS}`;
      this.#fail(path, problem, 'vary fewer parameters at once, or use larger steps');
    }
    this.#checkDistinctParameters(factors);
    return Array.from({ length: count }, (_, number) => combinationAt(factors, number));
  }

  #checkDistinctParameters(factors: readonly (readonly Combination[])[]): void {
    const seen = new Set<string>();
    for (const factor of factors) {
      const assignments = factor.flat();
      const duplicate = assignments.find(({ name }) => seen.has(name));
      if (duplicate !== undefined) {
        const problem = `"${duplicate.name}" is varied twice in one product`;
        this.#fail(duplicate.path, problem, 'keep one of them');
      }
      for (const { name } of assignments) seen.add(name);
    }
  }

  /** A single value is combined with each of the others. */
  #zip(operand: unknown, path: Path): readonly Combination[] {
    const entries = this.#entries(operand, path);
    const columns = entries.map(([name, values]) =>
      this.#assignments(name, values, [...path, name]),
    );
    const lists = columns.filter((_, i) => isMultiple(entries[i]![1]));
    const length = lists[0]?.length ?? 1;
    const unequal = lists.findIndex((list) => list.length !== length);
    if (unequal >= 0) {
      const [a, b] = [lists[0]!, lists[unequal]!].map((list) => `"${list[0]![0]!.name}"`);
      const problem = `has ${length} values of ${a}, but ${lists[unequal]!.length} of ${b}`;
      this.#fail(path, problem, 'give every parameter the same number of values, or one value');
    }
    return Array.from({ length }, (_, row) =>
      columns.flatMap((column) => (column.length === length ? column[row]! : column[0]!)),
    );
  }

  /** Returns the values of one parameter, each as a combination. */
  #assignments(name: string, values: unknown, path: Path): readonly Combination[] {
    if (!isMultiple(values)) return [[{ name, value: values as ParameterValue, path }]];
    if (!Array.isArray(values)) {
      return this.#range(values, path).map((value) => [{ name, value, path }]);
    }
    const list = this.#list(values, path);
    const seen = new Set<string>();
    return list.map((value, i) => {
      if (typeof value === 'number' && !Number.isFinite(value)) {
        this.#fail([...path, i], `is ${value}, but must be finite`, 'write a number, or remove it');
      }
      const text = JSON.stringify(value);
      if (seen.has(text)) {
        this.#fail([...path, i], `lists ${text} twice for "${name}"`, 'remove one of them');
      }
      seen.add(text);
      return [{ name, value: value as ParameterValue, path: [...path, i] }];
    });
  }

  #range(range: object, path: Path): readonly number[] {
    const unknown = Object.keys(range).find((field) => !RANGE_FIELDS.has(field));
    if (unknown !== undefined) {
      const fix = 'write { from, to, step }, { from, to, times }, or a [list]';
      this.#fail(path, `has "${unknown}", which is not a field of a range`, fix);
    }
    const { from, to, step, times } = range as Record<string, unknown>;
    for (const [field, value] of Object.entries({ from, to, step: step ?? 1, times: times ?? 2 })) {
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        const problem = `has ${value === undefined ? 'no number' : show(value)} as "${field}"`;
        this.#fail(path, problem, 'write a number, as in { from: 10, to: 50, step: 10 }');
      }
    }
    if ((step === undefined) === (times === undefined)) {
      const problem =
        step === undefined ? 'is a range without "step" or "times"' : 'has both "step" and "times"';
      this.#fail(path, problem, 'give it either a step (10, 20, 30) or times (10, 20, 40)');
    }
    return this.#numbers(from as number, to as number, step as number, times as number, path);
  }

  #numbers(from: number, to: number, step: number, times: number, path: Path): number[] {
    const grows = step === undefined ? times > 1 && from > 0 : step > 0;
    if (!grows) {
      const fix = 'use a step greater than 0; or times greater than 1 and from greater than 0';
      this.#fail(path, 'is a range that does not increase', fix);
    }
    if (from > to) this.#fail(path, `ends at ${to}, before it begins`, 'swap from and to');

    const numbers: number[] = [];
    for (let i = 0; numbers.length <= MAX_COMBINATIONS; i++) {
      // Not a running sum, as 0.1 + 0.1 + 0.1 is not 0.3. Twelve digits remove the rounding error.
      const number = Number(
        (step === undefined ? from * times ** i : from + i * step).toPrecision(12),
      );
      if (number > to) return numbers;
      numbers.push(number);
    }
    return this.#fail(path, `has more than ${MAX_COMBINATIONS} values`, 'use larger steps');
  }

  #list(value: unknown, path: Path): readonly unknown[] {
    if (!Array.isArray(value)) {
      const problem = `is ${JSON.stringify(value)}, but must be a list`;
      return this.#fail(path, problem, 'write [a, b, c]');
    }
    if (value.length === 0) {
      const fix = 'add a value, or remove the parameter from "vary"';
      return this.#fail(path, 'is an empty list, so there would be no runs', fix);
    }
    return value;
  }

  #entries(value: unknown, path: Path): [string, unknown][] {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const problem = `is ${JSON.stringify(value)}, but must be an object of parameters`;
      return this.#fail(path, problem, 'write { leaders: [10, 30, 50] }, for instance');
    }
    const entries = Object.entries(value);
    if (entries.length === 0) {
      return this.#fail(path, 'is empty, so there is nothing to vary', 'remove it');
    }
    return entries;
  }

  #fail(path: Path, problem: string, fix: string): never {
    const at = `${this.#locations.ofValue(path)}: ${path.join('.')}`;
    throw new UserError({ at, problem, fix });
  }
}

/** The combination with this number, whose digits are places in the factors. */
function combinationAt(factors: readonly (readonly Combination[])[], number: number): Combination {
  let rest = number;
  const parts = factors.toReversed().map((factor) => {
    const part = factor[rest % factor.length]!;
    rest = Math.floor(rest / factor.length);
    return part;
  });
  return parts.toReversed().flat();
}

const OPERATORS: ReadonlySet<string> = new Set(['product', 'union', 'zip']);
const RANGE_FIELDS: ReadonlySet<string> = new Set(['from', 'to', 'step', 'times']);

/** Whether `values` is a list or a range. */
function isMultiple(values: unknown): values is object {
  return typeof values === 'object' && values !== null;
}
