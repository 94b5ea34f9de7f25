/** Adds locations to the problems of a configuration. */

import { type ConfigProblem, pathName } from '@cachetorrent/simulator/configuration';

import type { UserProblem } from '../user-error.ts';
import type { Locations } from './locations.ts';

/** Returns the problems in the order of their places in the file. */
export function locatedProblems(
  problems: readonly ConfigProblem[],
  locations: Locations,
  nameOf: (path: ConfigProblem['path']) => string | undefined = () => undefined,
): UserProblem[] {
  const located = problems.map((each) => {
    const { path, isField, name, ...rest } = each;
    const field = nameOf(path) ?? name ?? pathName(path);
    const at = isField ? locations.ofField(path) : `${locations.ofValue(path)}: ${field}`;
    return { offset: locations.offsetOf(path), problem: { at, ...rest } };
  });
  return located.sort((a, b) => a.offset - b.offset).map((each) => each.problem);
}
