/** The worker's side of a run: makes an AS for each actor that the engine places here. */

import { hostActors } from '../engine/threads/worker.ts';
import { AutonomousSystem } from './nodes/autonomous-system.ts';
import { Plan, type PlanData } from './plan/plan.ts';

/** All AS of one worker read the same plan. */
let plan: Plan | undefined;

hostActors((data: PlanData, world) => {
  plan ??= new Plan(data);
  return new AutonomousSystem(plan, world);
});
