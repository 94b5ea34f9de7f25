/** The error about a configuration that describes no swarm. */

import { type ConfigProblem, type Path, pathName } from './problems.ts';

/** A configuration that describes no swarm: all mistakes that were found, each with its fix. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** All mistakes, each with its path and fix. */
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(
      problems
        .map(({ name, problem, fix, more }) => {
          const others = more === undefined ? '' : `\n  and ${more}`;
          return `${name === undefined ? '' : `${name}: `}${problem}\n  fix: ${fix}${others}`;
        })
        .join('\n'),
    );
    this.problems = problems;
  }
}

/** Throws the error about a single mistake. */
export function refuse(path: Path, problem: string, fix: string): never {
  throw new ConfigurationError([{ path, name: pathName(path), problem, fix }]);
}
