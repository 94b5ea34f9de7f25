/** Checks that what an experiment draws was varied: the axes and series of its plots. */

import type { JSONPath } from 'jsonc-parser';

import { UserError } from '../../user-error.ts';
import { type ExperimentFile, nearest } from './read.ts';

/** @throws UserMistake where a plot, or a detail, names a parameter that is not varied */
export function checkPlots(
  { experiment, places }: ExperimentFile,
  parameterNames: readonly string[],
): void {
  const known = (name: string, at: JSONPath) => {
    if (parameterNames.includes(name)) return;
    const near = nearest(name, parameterNames);
    const problem = `names "${name}", which is not varied`;
    const fix = near === undefined ? 'vary it, or leave it out' : `the nearest is "${near}"`;
    throw new UserError({ at: `${places.ofValue(at)}: ${at.join('.')}`, problem, fix });
  };
  experiment.plots?.forEach(({ x, series, facet }, i) => {
    known(x, ['plots', i, 'x']);
    if (series !== undefined) known(series, ['plots', i, 'series']);
    if (facet !== undefined) known(facet, ['plots', i, 'facet']);
  });
  experiment.details?.forEach((detail, i) => {
    for (const name of Object.keys(detail)) known(name, ['details', i, name]);
  });
}
