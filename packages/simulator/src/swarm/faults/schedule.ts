/**
 * The schedule of faults in one AS. Every AS has the whole schedule, and handles each event at its
 * time for its own nodes. So nothing is sent, and the number of workers makes no difference.
 */

import { seededRandom } from '@cachetorrent/std';

import type { ActorContext } from '../../engine/behaviour.ts';
import * as kinds from '../event-kinds.ts';
import type { FaultedAs } from './fault-kind.ts';
import { kindOf } from './kinds.ts';

export class FaultSchedule {
  readonly #as: FaultedAs;
  /** For each event, how many nodes it has hit so far; NaN before it happens. */
  readonly peersHit: Float64Array;
  /** The number of times of events that have not come yet. */
  #ahead = 0;

  constructor(as: FaultedAs, context: ActorContext) {
    const { faults = [] } = as.plan.swarm;
    this.#as = as;
    this.peersHit = new Float64Array(faults.length).fill(NaN);
    for (const [index, event] of faults.entries()) {
      for (const [step, atMs] of kindOf(event).times(event).entries()) {
        context.schedule(atMs, kinds.FAULT, index, step, 0);
        this.#ahead++;
      }
    }
  }

  /** Whether anything is still to happen. */
  get isOver(): boolean {
    return this.#ahead === 0;
  }

  /** One of the times of an event has come. */
  handle(index: number, step: number): void {
    const { plan, asId } = this.#as;
    const event = plan.swarm.faults![index]!;
    if (step === 0) this.peersHit[index] = 0;
    kindOf(event).apply(event, this.#as, {
      step,
      random: () => seededRandom(plan.seed, 'fault', index, asId),
      hit: (peers) => {
        this.peersHit[index]! += peers;
      },
    });
    this.#ahead--;
  }
}
