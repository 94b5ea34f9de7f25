/**
 * What gets lost between AS: each link loses a share p of the packets, in either direction, by
 * chance and independently. So a way over several links loses 1 − Π(1 − p). Nothing gets lost
 * within an AS.
 */

import type { Routes } from './routes.ts';

export class LinkLosses {
  readonly #routes: Routes;
  readonly #asCount: number;
  readonly #percentOfLink: Float64Array;

  /** `asCount` AS host nodes; `percentOfLink` has what each link of the routes loses. */
  constructor(routes: Routes, asCount: number, percentOfLink: Float64Array) {
    this.#routes = routes;
    this.#asCount = asCount;
    this.#percentOfLink = percentOfLink;
  }

  /** The part of the packets that is lost on the way from one hosting AS to another. */
  lostPart(from: number, to: number): number {
    const { start, steps } = this.#routes;
    const pair = from * this.#asCount + to;
    let arrivePart = 1;
    for (let at = start[pair]!; at < start[pair + 1]!; at++) {
      arrivePart *= 1 - this.#percentOfLink[steps[at]! >>> 1]! / 100;
    }
    return 1 - arrivePart;
  }
}
