/** Adds locations to the problems of a configuration. */

import type { SwarmProblem } from '@cachetorrent/simulator';
import { type ConfigProblem, pathName } from '@cachetorrent/simulator/configuration';

import type { Locations } from './locations.ts';

/** Returns the problems in the order of their places in the file. */
export function locatedProblems(
  problems: readonly ConfigProblem[],
  locations: Locations,
  nameOf: (path: ConfigProblem['path']) => string | undefined = () => undefined,
): SwarmProblem[] {
  const located = problems.map((each) => {
    const { path, isField, name, problem, fix } = each;
    const field = nameOf(path) ?? name ?? pathName(path);
    const at = isField ? locations.ofField(path) : `${locations.ofValue(path)}: ${field}`;
    return { offset: locations.offsetOf(path), problem: { at, problem, fix } };
  });
  return located.sort((a, b) => a.offset - b.offset).map((each) => each.problem);
}
