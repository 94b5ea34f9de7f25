/** Gives the problems of a configuration their places in its file. */

import { type ConfigProblem, pathName } from '@cachetorrent/simulator/configuration';

import type { Mistake } from '../user-mistake.ts';
import type { Places } from './places.ts';

/** The mistakes in the order in which they stand in the file. */
export function mistakesAt(
  problems: readonly ConfigProblem[],
  places: Places,
  nameOf: (path: ConfigProblem['path']) => string | undefined = () => undefined,
): Mistake[] {
  const placed = problems.map((each) => {
    const { path, isField, name, problem, fix } = each;
    if (isField)
      return { offset: places.offsetOf(path), mistake: { at: places.ofField(path), problem, fix } };
    const called = nameOf(path) ?? name ?? pathName(path);
    return {
      offset: places.offsetOf(path),
      mistake: { at: `${places.ofValue(path)}: ${called}`, problem, fix },
    };
  });
  return placed.sort((a, b) => a.offset - b.offset).map(({ mistake }) => mistake);
}
