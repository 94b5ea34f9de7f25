/**
 * Compares swarms in which peers come and go with the fluid model of Qiu and Srikant (2004):
 * `npm run fluid`.
 *
 * Runs the experiments `fluid-*` of `examples/experiments`, and writes the section and the pictures
 * of `docs/fluid-model.md`.
 */

import { EXPERIMENTS, FLUID, sectionOf } from './fluid/section.ts';
import { runPageTool } from './runs/experiment-page.ts';

await runPageTool({
  tool: 'fluid',
  name: FLUID,
  description: 'Compare swarms in which peers come and go with the fluid model.',
  experiments: EXPERIMENTS,
  sectionOf,
});
