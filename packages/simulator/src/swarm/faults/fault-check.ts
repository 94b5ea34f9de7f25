/**
 * Checks the fields of one event of a schedule: what the kinds of faults have in common. Each kind
 * calls it for its own fields (`FaultKind.check`).
 */

import { expectedArrivals } from '../plan/arrivals.ts';
import {
  checkNumber,
  type NameOf,
  type NumberRule,
  type Refuse,
  secondsOf,
  TIME_MAX_MS,
} from '../plan/number-rule.ts';
import { asCountOf, type PeerClass, type Swarm } from '../plan/swarm.ts';

/** Checks the fields of one event. */
export class FaultCheck {
  readonly swarm: Swarm;
  readonly nameOf: NameOf;
  readonly #at: string;
  readonly #refuse: Refuse;

  /** `at` is the field of the event. */
  constructor(swarm: Swarm, at: string, refuse: Refuse, nameOf: NameOf) {
    this.swarm = swarm;
    this.nameOf = nameOf;
    this.#at = at;
    this.#refuse = refuse;
  }

  /** Refuses the value of a field of the event; '' is the event itself. */
  refuse(field: string, problem: string, fix: string): void {
    this.#refuse(field === '' ? this.#at : `${this.#at}.${field}`, problem, fix);
  }

  number(rule: NumberRule): void {
    checkNumber({ ...rule, field: `${this.#at}.${rule.field}` }, this.#refuse);
  }

  /** When the event happens. */
  time(atMs: number): void {
    const { horizonMs } = this.swarm;
    const rule = { field: 'atMs', value: atMs, least: 0, most: TIME_MAX_MS, fraction: true };
    this.number({ ...rule, reason: 'a run begins at time 0' });
    if (horizonMs === undefined || atMs < horizonMs) return;
    const problem = `is ${secondsOf(atMs)}, when the run has ended (${secondsOf(horizonMs)})`;
    const fix = `set it to an earlier time, or "${this.nameOf('horizonMs')}" to a later one`;
    this.refuse('atMs', problem, fix);
  }

  /** How long the event lasts. */
  duration(forMs: number): void {
    const rule = { field: 'forMs', value: forMs, least: 1, most: TIME_MAX_MS, fraction: true };
    this.number({ ...rule, reason: 'it must last for some time' });
  }

  /** The AS that the event is about, by their indices in the topology. */
  as(as: readonly number[]): void {
    const count = asCountOf(this.swarm.topology);
    if (as.length === 0) this.refuse('as', 'names no AS', 'add the index of one, or remove it');
    as.forEach((index, i) => {
      const field = `as[${i}]`;
      if (!(Number.isInteger(index) && index >= 0 && index < count)) {
        const problem = `is ${index}, but the network has ${count} AS`;
        this.refuse(field, problem, `set it to a whole number from 0 to ${count - 1}`);
      }
      if (as.indexOf(index) === i) return;
      this.refuse(field, `is ${index}, which is listed before`, 'list each AS once');
    });
  }

  /** The name of a class. */
  className(name: string): void {
    const known = [...new Set(this.swarm.classes.map((each) => each.name))];
    if (known.includes(name)) return;
    const problem = `is "${name}", but no class has this name`;
    this.refuse('className', problem, `set it to one of ${known.join(', ')}`);
  }

  /** Refuses an event that comes before all that it may hit arrive, or misses where they live. */
  hitsSomebody(
    atMs: number,
    as: readonly number[] | undefined,
    className: string | undefined,
  ): void {
    const meant = this.swarm.classes.filter(({ name }) =>
      className === undefined ? name !== 'seed' : name === className,
    );
    const there = meant.filter(
      ({ arrivals }) => arrivals === undefined || expectedArrivals(arrivals, atMs) > 0,
    );
    if (there.length === 0) {
      const whose = className === undefined ? '' : ` of class "${className}"`;
      const problem = `is ${secondsOf(atMs)}, before anybody${whose} arrives`;
      this.refuse('atMs', problem, 'set it to a later time');
    }
    if (as === undefined || there.some((each) => livesIn(each, as))) return;
    const nobody =
      className === undefined ? 'nobody lives' : `nobody of class "${className}" lives`;
    const problem = `is ${as.join(', ')}, where ${nobody}`;
    this.refuse('as', problem, 'name an AS in which they live, or remove it');
  }
}

function livesIn({ homes }: PeerClass, as: readonly number[]): boolean {
  return homes === undefined || homes.some((home) => home.share > 0 && as.includes(home.as));
}
