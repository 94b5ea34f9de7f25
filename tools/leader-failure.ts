/**
 * Measures what happens if leaders fail: `npm run leader-failure`.
 *
 * Runs the experiments `leader-failure` and `leader-sessions` of `examples/experiments`, and writes
 * the section and the pictures of `docs/leader-failure.md`.
 */

import { EXPERIMENTS, LEADER_FAILURE, sectionOf } from './leader-failure/section.ts';
import { runPageTool } from './runs/experiment-page.ts';

await runPageTool({
  tool: 'leader-failure',
  name: LEADER_FAILURE,
  description: 'Measure what happens if leaders fail.',
  experiments: EXPERIMENTS,
  sectionOf,
});
