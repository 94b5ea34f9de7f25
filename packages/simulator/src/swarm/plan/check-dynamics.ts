/** Checks how peers come and go, where they live, and the capacities that are drawn for them. */

import { expectedArrivals } from './arrivals.ts';
import { checkEnd } from './check-end.ts';
import type {
  ArrivalProcess,
  BoundedDistribution,
  Distribution,
  DrawnCapacities,
  Home,
  PoissonProcess,
  Session,
  TracedPeer,
} from './dynamics.ts';
import {
  checkNumber,
  EXACT_MAX,
  type NameOf,
  PEERS_MAX,
  type Refuse,
  secondsOf,
  TIME_MAX_MS,
} from './number-rule.ts';
import { asCountOf, type PeerClass, type Swarm } from './swarm.ts';

const HOUR_MS = 3_600_000;
/** Below, half of the numbers are 0 or beyond all bounds. */
const SHAPE_MIN = 0.1;
const FRACTION = { fraction: true } as const;

export function checkDynamics(swarm: Swarm, refuse: Refuse, nameOf: NameOf): void {
  const { classes } = swarm;
  checkEnd(swarm, refuse, nameOf);
  classes.forEach((peerClass, i) => {
    const check = new ClassCheck(swarm, `classes[${i}]`, refuse, nameOf);
    check.all(peerClass);
  });
  refuseArrivingSeeds(swarm, refuse);
}

/** The first peers are the seeds, which are there from the start. */
function refuseArrivingSeeds({ classes, seeds }: Swarm, refuse: Refuse): void {
  let first = 0;
  for (const [i, { arrivals, count = 0 }] of classes.entries()) {
    if (first >= seeds) return;
    if (arrivals !== undefined) {
      const problem = `are those of a class with seeds, which are there from the start`;
      refuse(
        `classes[${i}].arrivals`,
        problem,
        'list the classes of seeds first, without arrivals',
      );
    }
    first += count;
  }
}

class ClassCheck {
  readonly #swarm: Swarm;
  readonly #at: string;
  readonly #refuse: Refuse;
  readonly #nameOf: NameOf;

  /** `at` is the field of the class. */
  constructor(swarm: Swarm, at: string, refuse: Refuse, nameOf: NameOf) {
    this.#swarm = swarm;
    this.#at = at;
    this.#refuse = refuse;
    this.#nameOf = nameOf;
  }

  all({ arrivals, count, session, capacities, homes, name }: PeerClass): void {
    if (arrivals !== undefined) this.#arrivals(arrivals, count, name);
    if (session !== undefined) this.#session(session, arrivals);
    if (capacities !== undefined) this.#capacities(capacities);
    if (homes !== undefined) this.#homes(homes);
  }

  #arrivals(processes: readonly ArrivalProcess[], count: number | undefined, name: string): void {
    const { horizonMs } = this.#swarm;
    const field = `${this.#at}.arrivals`;
    if (processes.length === 0) {
      const problem = `is empty, so no peer of class "${name}" would arrive`;
      this.#refuse(field, problem, 'add a rate, such as { rate: 100/h }, or remove the field');
    }
    processes.forEach((process, i) => this.#process(process, `${field}[${i}]`));
    const expected = expectedArrivals(processes, horizonMs ?? Infinity);
    if (count !== undefined || expected <= PEERS_MAX) return;
    if (expected === Infinity) {
      const problem = 'never end, and neither does the run';
      const until = this.#nameOf('horizonMs');
      const fix = `set "${until}" to 2 d, for instance, or give the class a count`;
      this.#refuse(field, problem, fix);
    }
    const problem = `bring about ${expected.toFixed(0)} peers, more than can be simulated`;
    this.#refuse(field, problem, 'lower the rate, or let the run end earlier');
  }

  #process(process: ArrivalProcess, field: string): void {
    switch (process.process) {
      case 'at-once': {
        const { atMs, count } = process;
        this.#time(`${field}.atMs`, atMs, 0, 'a run begins at time 0');
        const rule = { value: count, least: 1, reason: 'nobody would arrive' };
        checkNumber({ field: `${field}.count`, ...rule }, this.#refuse);
        this.#refuseAfterEnd(`${field}.atMs`, atMs);
        return;
      }
      case 'poisson':
        this.#poisson(process, field);
        return;
      case 'trace':
        this.#trace(process.peers, field);
    }
  }

  #poisson({ perMs, fromMs, untilMs, decayMs }: PoissonProcess, field: string): void {
    const refuse = this.#refuse;
    if (!(perMs > 0 && perMs <= PEERS_MAX)) {
      const perHour = Number((perMs * HOUR_MS).toPrecision(12));
      const why = perMs > 0 ? 'which is too large' : 'but a rate of arrivals is above 0';
      const problem = `is ${perHour} per hour, ${why}`;
      refuse(`${field}.perMs`, problem, 'set it to 100/h, for instance');
    }
    this.#time(`${field}.fromMs`, fromMs, 0, 'a run begins at time 0');
    if (untilMs !== undefined) {
      this.#time(`${field}.untilMs`, untilMs, 0, 'a run begins at time 0');
      if (untilMs <= fromMs) {
        const begin = secondsOf(fromMs);
        const problem = `is ${secondsOf(untilMs)}, but these arrivals begin at ${begin}`;
        refuse(`${field}.untilMs`, problem, 'set it to a later time');
      }
    }
    if (decayMs !== undefined) {
      this.#time(`${field}.decayMs`, decayMs, 1, 'the rate would be 0 from the beginning');
    }
    this.#refuseAfterEnd(`${field}.fromMs`, fromMs);
  }

  #trace(peers: readonly TracedPeer[], field: string): void {
    const refuse = this.#refuse;
    if (peers.length === 0) {
      refuse(`${field}.peers`, 'has no peer of this class', 'add one: when it arrives');
    }
    let beforeMs = 0;
    peers.forEach((peer, i) => {
      const { atMs, leavesAtMs, uploadKbps, downloadKbps, as } = peer;
      const at = `${field}.peers[${i}]`;
      this.#time(`${at}.atMs`, atMs, 0, 'a run begins at time 0');
      if (atMs < beforeMs) {
        const before = secondsOf(beforeMs);
        const problem = `is ${secondsOf(atMs)}, earlier than the peer before (${before})`;
        refuse(`${at}.atMs`, problem, 'sort the peers by time');
      }
      beforeMs = atMs;
      if (leavesAtMs !== undefined && !(leavesAtMs >= atMs)) {
        const problem = `is ${secondsOf(leavesAtMs)}, before the peer arrives (${secondsOf(atMs)})`;
        refuse(`${at}.leavesAtMs`, problem, 'set it to a later time');
      }
      if (uploadKbps !== undefined) this.#capacity(`${at}.uploadKbps`, uploadKbps);
      if (downloadKbps !== undefined) this.#download(`${at}.downloadKbps`, downloadKbps);
      if (as !== undefined) this.#as(`${at}.as`, as);
    });
    this.#refuseAfterEnd(`${field}.peers[0].atMs`, peers[0]!.atMs);
  }

  #refuseAfterEnd(field: string, atMs: number): void {
    const { horizonMs } = this.#swarm;
    if (horizonMs === undefined || atMs < horizonMs) return;
    const problem = `is ${secondsOf(atMs)}, when the run has ended (${secondsOf(horizonMs)})`;
    const fix = `set it to an earlier time, or "${this.#nameOf('horizonMs')}" to a later one`;
    this.#refuse(field, problem, fix);
  }

  #session(session: Session, arrivals: readonly ArrivalProcess[] = []): void {
    const at = `${this.#at}.session`;
    const { seedsFor, shareRatio, patience, crashesAfter, returnsAfter } = session;
    if (seedsFor !== undefined) this.#duration(`${at}.seedsFor`, seedsFor, 0);
    if (patience !== undefined) this.#duration(`${at}.patience`, patience, 1);
    if (crashesAfter !== undefined) this.#duration(`${at}.crashesAfter`, crashesAfter, 1);
    if (returnsAfter !== undefined) this.#duration(`${at}.returnsAfter`, returnsAfter, 0);
    if (shareRatio !== undefined && !(shareRatio > 0 && Number.isFinite(shareRatio))) {
      const problem = `is ${shareRatio}, but a share ratio is above 0`;
      this.#refuse(`${at}.shareRatio`, problem, 'set it to 1.5, for instance');
    }
    const isTraced = arrivals.some(({ process }) => process === 'trace');
    const leaves = patience !== undefined || crashesAfter !== undefined || isTraced;
    if (returnsAfter !== undefined && !leaves) {
      const problem = 'is set, but these peers neither crash nor give up';
      this.#refuse(`${at}.returnsAfter`, problem, 'remove it, or say when they do');
    }
  }

  #capacities({ table, upload, download }: DrawnCapacities): void {
    const at = `${this.#at}.capacities`;
    if (table !== undefined) {
      this.#shares(`${at}.table`, table);
      table.forEach(({ uploadKbps, downloadKbps }, i) => {
        this.#capacity(`${at}.table[${i}].uploadKbps`, uploadKbps);
        this.#download(`${at}.table[${i}].downloadKbps`, downloadKbps);
      });
    }
    if (upload !== undefined) this.#bounded(`${at}.upload`, upload);
    if (download !== undefined) {
      this.#bounded(`${at}.download`, download);
      this.#download(`${at}.download.least`, download.least);
    }
  }

  #bounded(field: string, { distribution, least, most }: BoundedDistribution): void {
    this.#distribution(`${field}.distribution`, distribution, { least: 0.001, most: EXACT_MAX });
    this.#capacity(`${field}.least`, least);
    if (most === undefined) return;
    this.#capacity(`${field}.most`, most);
    if (most >= least) return;
    const problem = `is ${most} kbit/s, less than the least capacity (${least} kbit/s)`;
    this.#refuse(`${field}.most`, problem, 'set it higher');
  }

  #homes(homes: readonly Home[]): void {
    const field = `${this.#at}.homes`;
    this.#shares(field, homes);
    const known = new Set<number>();
    homes.forEach(({ as }, i) => {
      this.#as(`${field}[${i}].as`, as);
      if (known.has(as)) {
        this.#refuse(`${field}[${i}].as`, `is ${as}, which is listed before`, 'list each AS once');
      }
      known.add(as);
    });
  }

  #shares(field: string, rows: readonly { readonly share: number }[]): void {
    rows.forEach(({ share }, i) => {
      const rule = { value: share, least: 0, most: EXACT_MAX, reason: 'a share is 0 or more' };
      checkNumber({ field: `${field}[${i}].share`, ...rule, ...FRACTION }, this.#refuse);
    });
    if (rows.some(({ share }) => share > 0)) return;
    this.#refuse(field, 'have no share above 0', 'add an entry with a share');
  }

  #as(field: string, as: number): void {
    const count = asCountOf(this.#swarm.topology);
    if (Number.isInteger(as) && as >= 0 && as < count) return;
    const problem = `is ${as}, but the network has ${count} AS`;
    this.#refuse(field, problem, `set it to a whole number from 0 to ${count - 1}`);
  }

  #capacity(field: string, value: number): void {
    const rule = { value, least: 0, most: EXACT_MAX, reason: 'a capacity is 0 or more' };
    checkNumber({ field, ...rule, ...FRACTION }, this.#refuse);
  }

  #download(field: string, value: number): void {
    this.#capacity(field, value);
    if (value > 0) return;
    this.#refuse(field, 'is 0, so the peer could never complete', 'set it above 0');
  }

  #duration(field: string, duration: Distribution, least: number): void {
    this.#distribution(field, duration, { least, most: TIME_MAX_MS });
  }

  #distribution(
    field: string,
    distribution: Distribution,
    range: { readonly least: number; readonly most: number },
  ): void {
    const check = (name: string, value: number, least: number, most: number): void =>
      checkNumber(
        { field: `${field}.${name}`, value, least, most, ...FRACTION, reason: reasonOf(least) },
        this.#refuse,
      );
    const above0 = Math.max(range.least, 0.001);
    switch (distribution.distribution) {
      case 'fixed':
        check('value', distribution.value, range.least, range.most);
        return;
      case 'exponential':
        check('mean', distribution.mean, above0, range.most);
        return;
      case 'weibull':
        check('scale', distribution.scale, above0, range.most);
        check('shape', distribution.shape, SHAPE_MIN, 100);
        return;
      case 'log-normal':
        check('median', distribution.median, above0, range.most);
        check('sigma', distribution.sigma, 0, 10);
    }
  }

  #time(field: string, value: number, least: number, reason: string): void {
    checkNumber({ field, value, least, most: TIME_MAX_MS, ...FRACTION, reason }, this.#refuse);
  }
}

function reasonOf(least: number): string {
  if (least === 0 || least === SHAPE_MIN) return `it must be ${least} or more`;
  return 'it must be above 0';
}
