/**
 * Conditions under which a combination is left out: "leaders > 30 and bias < 20".
 *
 * A condition is about parameters, and fields of the base by name; a name with dots or brackets
 * stands in single quotes ('latency.fixedMs'). It does not apply to a combination that lacks a
 * parameter which it names. The language is filtrex's: it computes, and reaches nothing else.
 */

import { compileExpression } from 'filtrex';

import { UserError } from '../../user-error.ts';
import type { ParameterValue } from './schema.ts';
import { nearest } from './read.ts';

/** Whether it holds for a combination, given the values of its parameters by name. */
export type Constraint = (valueOf: (name: string) => ParameterValue | undefined) => boolean;

/**
 * `names` are the parameters and fields that there are.
 *
 * @throws UserMistake where `text` is no condition, or names something else
 */
export function constraint(text: string, at: string, names: readonly string[]): Constraint {
  const where = `${at}: exclude "${text}"`;
  let valueOf: Parameters<Constraint>[0] = () => undefined;
  let lacks = false;
  const evaluate = compiled(text, where, (name) => {
    const value = valueOf(name);
    if (value === undefined || value === null) {
      if (!names.includes(name)) throw unknown(name, where, names);
      lacks = true;
      return 0;
    }
    // The language knows numbers and texts only.
    return typeof value === 'boolean' ? Number(value) : value;
  });
  return (values) => {
    valueOf = values;
    lacks = false;
    const result: unknown = evaluate({});
    if (result instanceof UserError) throw result;
    if (lacks) return false;
    if (result instanceof Error) {
      const fix = 'compare numbers with numbers, and texts with texts: choker == "random"';
      throw new UserError({ at: where, problem: `cannot be decided: ${result.message}`, fix });
    }
    return Boolean(result);
  };
}

function compiled(
  text: string,
  where: string,
  property: (name: string) => unknown,
): (values: object) => unknown {
  try {
    return compileExpression(text, { customProp: property }) as (values: object) => unknown;
  } catch (error) {
    const [first = '', ...rest] = (error as Error).message.split('\n');
    const problem = `is no condition: ${rest.at(-1) ?? first}`;
    const fix = 'write it as in "leaders > 30 and bias < 20"; == compares, and, or, not join';
    throw new UserError({ at: where, problem, fix });
  }
}

function unknown(name: string, where: string, names: readonly string[]): UserError {
  const near = nearest(name, names);
  const fix = near === undefined ? 'name a parameter' : `the nearest is "${near}": write that`;
  return new UserError({ at: where, problem: `there is no parameter "${name}"`, fix });
}
