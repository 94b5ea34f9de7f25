/**
 * Conditions that exclude combinations of parameter values: "leaders > 30 and upload < 2000".
 *
 * A condition names parameters, and fields of the base; a name with dots or brackets is written in
 * single quotes ('network.latency'). A condition is false for a combination that lacks one of the
 * parameters it names, or has null there, unless it tests for that: "leaders == null",
 * "exists(leaders)". Then null is a value that is neither less nor greater than any. The language
 * is that of filtrex: it computes with the values it is given and has no access to anything else.
 */

import { printable } from '@cachetorrent/std';
import { compileExpression } from 'filtrex';

import { UserError } from '../../user-error.ts';
import type { ParameterValue } from './schema.ts';
import { nearestName } from './read.ts';

/** The parser takes long for a longer one. */
const LENGTH_MAX = 2_000;
/** Characters of a condition in messages. */
const SHOWN_MAX = 100;

/** Returns whether the condition holds, given a function that looks up parameter values. */
export type Constraint = (valueOf: (name: string) => ParameterValue | undefined) => boolean;

/**
 * Parses a condition. `at` is its location for error messages, `names` are all parameters and
 * fields that it may name.
 *
 * @throws UserError if `text` is not a condition; the constraint throws it for an unknown name
 */
export function parseConstraint(text: string, at: string, names: readonly string[]): Constraint {
  const where = `${at}: exclude ${JSON.stringify(printable(text, SHOWN_MAX))}`;
  if (text.length > LENGTH_MAX) {
    const problem = `has ${text.length} characters, more than ${LENGTH_MAX}`;
    throw new UserError({ at: where, problem, fix: 'write a list of several conditions' });
  }
  let valueOf: Parameters<Constraint>[0] = () => undefined;
  let isIncomplete = false;
  const testsForNull = /\b(null|exists|empty)\b/.test(text.replace(/"[^"]*"/g, ''));
  const evaluate = compile(text, where, (name) => {
    const value = valueOf(name);
    if (value === undefined || value === null) {
      if (!names.includes(name)) throw unknownParameter(name, where, names);
      if (testsForNull) return null;
      isIncomplete = true;
      return 0;
    }
    // filtrex supports numbers and strings only.
    return typeof value === 'boolean' ? Number(value) : value;
  });
  return (values) => {
    valueOf = values;
    isIncomplete = false;
    const result: unknown = evaluate({});
    if (result instanceof UserError) throw result;
    if (isIncomplete) return false;
    if (result instanceof Error) {
      const fix = 'compare numbers with numbers, and texts with texts: choker == "random"';
      throw new UserError({
        at: where,
        problem: `cannot be evaluated: ${result.message.replace('a undefined', 'null')}`,
        fix,
      });
    }
    return Boolean(result);
  };
}

/** As those of filtrex, which refuse null where they compare the order. */
const OPERATORS = {
  '==': (a: unknown, b: unknown) => a === b,
  '!=': (a: unknown, b: unknown) => a !== b,
  '<': ordered((a, b) => a < b),
  '<=': ordered((a, b) => a <= b),
  '>=': ordered((a, b) => a >= b),
  '>': ordered((a, b) => a > b),
};

function ordered(compare: (a: number, b: number) => boolean): (a: unknown, b: unknown) => boolean {
  return (a, b) => a !== null && b !== null && compare(numberOf(a), numberOf(b));
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`${JSON.stringify(value)} is not a number`);
}

function compile(
  text: string,
  where: string,
  property: (name: string) => unknown,
): (values: object) => unknown {
  try {
    return compileExpression(text, {
      customProp: property,
      constants: { null: null },
      operators: OPERATORS,
    }) as (values: object) => unknown;
  } catch (error) {
    const [first = '', ...rest] = (error as Error).message.split('\n');
    const problem = `is not a condition: ${rest.at(-1) ?? first}`;
    const fix =
      'write a condition such as "leaders > 30 and upload < 2000"; operators: == and or not';
    throw new UserError({ at: where, problem, fix });
  }
}

function unknownParameter(name: string, where: string, names: readonly string[]): UserError {
  const nearest = nearestName(name, names);
  const fix = nearest === undefined ? 'name a parameter' : `the nearest is "${nearest}"`;
  return new UserError({ at: where, problem: `there is no parameter "${name}"`, fix });
}
