/** The entry of a worker thread: makes an AS for each actor that the engine places on it. */

import { hostActors } from '../engine/threads/worker.ts';
import { AutonomousSystem } from './nodes/autonomous-system.ts';
import { Plan, type PlanData } from './plan/plan.ts';

/** All AS of a worker share one plan. */
let plan: Plan | undefined;

hostActors((data: PlanData, context) => {
  plan ??= new Plan(data);
  return new AutonomousSystem(plan, context);
});
