/** The entry of a worker thread: makes an AS for each actor that the engine places on it. */

import { hostActors } from '../engine/threads/worker.ts';
import { AutonomousSystem } from './nodes/autonomous-system.ts';
import { Plan, type PlanData } from './plan/plan.ts';

/** All AS of a worker share the plan of their run. */
const plans = new WeakMap<PlanData, Plan>();

hostActors((data: PlanData, context) => {
  const plan = plans.get(data) ?? new Plan(data);
  plans.set(data, plan);
  return new AutonomousSystem(plan, context);
});
