/**
 * From what is to be varied to the combinations of values, in the order in which they are written.
 *
 *     { leaders: [10, 30], bias: [5] }             (10, 5) (30, 5)
 *     zip: { leaders: [10, 30], bias: [5, 15] }    (10, 5) (30, 15)
 *     union: [a, b]                                those of a, then those of b
 *     product: [a, b]                              each of a with each of b
 */

import type { JSONPath } from 'jsonc-parser';

import type { Whereabouts } from '../../configuration/places.ts';
import { UserError } from '../../user-error.ts';
import type { ParameterValue } from './schema.ts';

/** One parameter with its value. */
export interface Setting {
  readonly name: string;
  readonly value: ParameterValue;
  /** Where the value stands in the experiment. */
  readonly at: JSONPath;
}

export type Combination = readonly Setting[];

/** More than anybody can wait for; it takes seconds to write down that many. */
const COMBINATIONS_MAX = 1_000_000;

/**
 * `variation` stands at `at`; whether there are such parameters is not looked at here.
 *
 * @throws UserMistake where it is none, or where it comes to nothing
 */
export function combinationsOf(
  variation: unknown,
  at: JSONPath,
  places: Whereabouts,
): readonly Combination[] {
  return new Reader(places).combinations(variation, at);
}

class Reader {
  readonly #places: Whereabouts;

  constructor(places: Whereabouts) {
    this.#places = places;
  }

  combinations(variation: unknown, at: JSONPath): readonly Combination[] {
    const entries = this.#entries(variation, at, 'parameters and their values');
    const form = entries.find(([name]) => FORMS.has(name))?.[0];
    if (form === undefined) {
      return this.#product(
        entries.map(([name, of]) => this.#settings(name, of, [...at, name])),
        at,
      );
    }
    if (entries.length > 1) {
      const fix = `put the others beside it in a product: [{ ${form}: ... }, { ... }]`;
      this.#refuse(at, `has "${form}" and parameters beside it`, fix);
    }
    const [, of] = entries[0]!;
    if (form === 'zip') return this.#zip(of, [...at, form]);
    const parts = this.#list(of, [...at, form]).map((part, i) =>
      this.combinations(part, [...at, form, i]),
    );
    return form === 'union' ? parts.flat() : this.#product(parts, [...at, form]);
  }

  #product(parts: readonly (readonly Combination[])[], at: JSONPath): readonly Combination[] {
    const count = parts.reduce((product, { length }) => product * length, 1);
    if (count > COMBINATIONS_MAX) {
      const problem = `comes to ${count} combinations, more than ${COMBINATIONS_MAX}`;
      this.#refuse(at, problem, 'vary fewer parameters at once, or take larger steps');
    }
    this.#refuseRepeats(parts);
    let combinations: Combination[] = [[]];
    for (const part of parts) {
      combinations = combinations.flatMap((left) => part.map((right) => [...left, ...right]));
    }
    return combinations;
  }

  #refuseRepeats(parts: readonly (readonly Combination[])[]): void {
    const before = new Set<string>();
    for (const part of parts) {
      const settings = part.flat();
      const again = settings.find(({ name }) => before.has(name));
      if (again !== undefined) {
        const problem = `"${again.name}" is varied twice in one product`;
        this.#refuse(again.at, problem, 'keep one of them');
      }
      for (const { name } of settings) before.add(name);
    }
  }

  /** Single values go with each of the others. */
  #zip(variation: unknown, at: JSONPath): readonly Combination[] {
    const entries = this.#entries(variation, at, 'parameters and their values');
    const columns = entries.map(([name, of]) => this.#settings(name, of, [...at, name]));
    const lists = columns.filter((_, i) => isSeveral(entries[i]![1]));
    const length = lists[0]?.length ?? 1;
    const odd = lists.findIndex((list) => list.length !== length);
    if (odd >= 0) {
      const [a, b] = [lists[0]!, lists[odd]!].map((list) => `"${list[0]![0]!.name}"`);
      const problem = `has ${length} values of ${a}, but ${lists[odd]!.length} of ${b}`;
      this.#refuse(at, problem, 'give each as many values as the others, or a single one');
    }
    return Array.from({ length }, (_, row) =>
      columns.flatMap((column) => (column.length === length ? column[row]! : column[0]!)),
    );
  }

  /** The values of one parameter, each as a combination of its own. */
  #settings(name: string, of: unknown, at: JSONPath): readonly Combination[] {
    if (!isSeveral(of)) return [[{ name, value: of as ParameterValue, at }]];
    if (!Array.isArray(of)) return this.#range(of, at).map((value) => [{ name, value, at }]);

    const list = this.#list(of, at);
    const seen = new Map<string, number>();
    return list.map((value, i) => {
      const text = JSON.stringify(value);
      if (seen.has(text)) {
        this.#refuse([...at, i], `"${name}" is ${text} a second time`, 'leave it out');
      }
      seen.set(text, i);
      return [{ name, value: value as ParameterValue, at: [...at, i] }];
    });
  }

  #range(range: object, at: JSONPath): readonly number[] {
    const strange = Object.keys(range).find((field) => !RANGE.has(field));
    if (strange !== undefined) {
      const fix = 'write { from, to, step }, { from, to, times }, or a [list]';
      this.#refuse(at, `has "${strange}", which no range has`, fix);
    }
    const { from, to, step, times } = range as Record<string, unknown>;
    for (const [field, value] of Object.entries({ from, to, step: step ?? 1, times: times ?? 2 })) {
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        const problem = `has ${JSON.stringify(value) ?? 'no number'} as "${field}"`;
        this.#refuse(at, problem, 'write a number, as in { from: 10, to: 50, step: 10 }');
      }
    }
    if ((step === undefined) === (times === undefined)) {
      const problem = step === undefined ? 'is a range without steps' : 'has a step and a ratio';
      this.#refuse(at, problem, 'give it either a step (10, 20, 30) or times (10, 20, 40)');
    }
    return this.#numbers(from as number, to as number, step as number, times as number, at);
  }

  #numbers(from: number, to: number, step: number, times: number, at: JSONPath): number[] {
    const grows = step === undefined ? times > 1 && from > 0 : step > 0;
    if (!grows) {
      const fix = 'make the step greater than 0; with times, the ratio greater than 1, from too';
      this.#refuse(at, 'is a range that does not grow', fix);
    }
    if (from > to) this.#refuse(at, `ends at ${to}, before it begins`, 'exchange from and to');

    const numbers: number[] = [];
    for (let i = 0; numbers.length <= COMBINATIONS_MAX; i++) {
      // Not by adding up: 0.1 + 0.1 + 0.1 is not 0.3. Twelve digits are what is meant.
      const number = Number(
        (step === undefined ? from * times ** i : from + i * step).toPrecision(12),
      );
      if (number > to) return numbers;
      numbers.push(number);
    }
    return this.#refuse(at, `has more than ${COMBINATIONS_MAX} values`, 'take larger steps');
  }

  #list(of: unknown, at: JSONPath): readonly unknown[] {
    if (!Array.isArray(of)) {
      return this.#refuse(at, `is ${JSON.stringify(of)}, but has to be a list`, 'write [a, b, c]');
    }
    if (of.length === 0) {
      const fix = 'put a value in, or leave it out of what is varied';
      return this.#refuse(at, 'is an empty list, so there would be no runs at all', fix);
    }
    return of;
  }

  #entries(of: unknown, at: JSONPath, what: string): [string, unknown][] {
    if (typeof of !== 'object' || of === null || Array.isArray(of)) {
      const problem = `is ${JSON.stringify(of)}, but has to hold ${what}`;
      return this.#refuse(at, problem, 'write { leaders: [10, 30, 50] }, for instance');
    }
    const entries = Object.entries(of);
    if (entries.length === 0) {
      return this.#refuse(at, 'is empty, so there would be nothing to vary', 'leave it out');
    }
    return entries;
  }

  #refuse(at: JSONPath, problem: string, fix: string): never {
    throw new UserError({ at: `${this.#places.ofValue(at)}: ${at.join('.')}`, problem, fix });
  }
}

const FORMS: ReadonlySet<string> = new Set(['product', 'union', 'zip']);
const RANGE: ReadonlySet<string> = new Set(['from', 'to', 'step', 'times']);

/** A list, or a range. */
function isSeveral(of: unknown): of is object {
  return typeof of === 'object' && of !== null;
}
