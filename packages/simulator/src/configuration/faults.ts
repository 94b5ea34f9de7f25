/**
 * From the entries of `faults` to the faults of a swarm: fills in what was left out
 * (`completeFault`), and turns the complete entries into plain data (`faultsOf`).
 */

import type { Fault, MassDeparture } from '../swarm/plan/faults.ts';
import type { PeerClass } from '../swarm/plan/swarm.ts';
import { refuse } from './configuration-error.ts';
import type { CapacityChangeConfig, FaultConfig, GroupConfig } from './fault-schema.ts';
import type { AsIndexOf, AsName } from './as-names.ts';
import {
  completeSeed,
  type CompleteSeedConfig,
  type DefaultCapacities,
  seedClassOf,
} from './populations.ts';
import type { Path } from './problems.ts';
import { quantity } from './quantities.ts';

/** An entry of `faults` in which every field is written out, as plain numbers. */
export interface CompleteFault {
  readonly at: number;
  readonly crash?: CompleteGroup;
  readonly leave?: CompleteGroup;
  readonly tracker?: 'silent';
  readonly cut?: { readonly as: readonly AsName[] };
  readonly capacity?: {
    readonly class: string;
    readonly upload?: number;
    readonly download?: number;
  };
  readonly seed?: CompleteSeedConfig;
  readonly for?: number;
}

interface CompleteGroup {
  readonly leaders?: number;
  readonly peers?: number;
  readonly as?: readonly AsName[];
  readonly class?: string;
}

/** What may happen, and how it is written. */
const EVENTS = {
  crash: '{ "leaders": "50 %" }',
  leave: '{ "peers": "30 %" }',
  tracker: '"silent"',
  cut: '{ "as": 2 }',
  capacity: '{ "class": "dsl", "upload": "1 Mbit/s" }',
  seed: '{ "upload": "20 Mbit/s" }',
} as const;
type EventName = keyof typeof EVENTS;

/** What happens in an entry, by the name of its field. */
export function eventIn(entry: FaultConfig | CompleteFault): EventName | undefined {
  return names(EVENTS).find((name) => entry[name] !== undefined);
}

/** Fills in an entry of `faults`, which is at `path`; `defaults` are those of seeds. */
export function completeFault(
  entry: FaultConfig,
  path: Path,
  defaults: DefaultCapacities,
): CompleteFault {
  const [event, other] = names(EVENTS).filter((name) => entry[name] !== undefined);
  if (event === undefined) {
    const fix = `add one of ${names(EVENTS).join(', ')}: "crash": ${EVENTS.crash}`;
    return refuse(path, 'says when, but not what happens', fix);
  }
  if (other !== undefined) {
    const problem = `has "${event}" and "${other}", but an entry is one event`;
    refuse(path, problem, 'write an entry for each, with the same "at"');
  }
  const at = quantity('time', entry.at);
  switch (event) {
    case 'crash':
    case 'leave':
      refuseDuration(entry, event, path);
      return { at, [event]: completeGroup(entry[event]!, [...path, event]) };
    case 'tracker':
      return { at, tracker: 'silent', for: durationOf(entry, path) };
    case 'cut':
      return { at, cut: { as: listOf(entry.cut!.as) }, for: durationOf(entry, path) };
    case 'capacity': {
      const capacity = completeCapacity(entry.capacity!, [...path, event]);
      return entry.for === undefined
        ? { at, capacity }
        : { at, capacity, for: quantity('time', entry.for) };
    }
    case 'seed':
      refuseDuration(entry, event, path);
      return { at, seed: completeSeed(entry.seed!, [...path, event], defaults) };
  }
}

function completeCapacity(
  { class: name, upload, download }: CapacityChangeConfig,
  path: Path,
): NonNullable<CompleteFault['capacity']> {
  if (upload === undefined && download === undefined) {
    refuse(path, 'does not say what changes', 'add "upload": "1 Mbit/s", or "download"');
  }
  return {
    class: name,
    ...(upload === undefined ? {} : { upload: quantity('rate', upload) }),
    ...(download === undefined ? {} : { download: quantity('rate', download) }),
  };
}

function durationOf({ for: duration }: FaultConfig, path: Path): number {
  if (duration !== undefined) return quantity('time', duration);
  return refuse(path, 'does not say how long it lasts', 'add "for": "10 min"');
}

function refuseDuration(entry: FaultConfig, event: string, path: Path): void {
  if (entry.for === undefined) return;
  refuse([...path, 'for'], `has no effect with "${event}"`, 'remove it');
}

function completeGroup(
  { leaders, peers, as, class: name }: GroupConfig,
  path: Path,
): CompleteGroup {
  if (leaders === undefined && peers === undefined) {
    refuse(path, 'does not say how many', `add "peers": "30 %", or "leaders": "50 %"`);
  }
  if (leaders !== undefined && peers !== undefined) {
    const problem = 'has shares of leaders and of peers, which overlap';
    refuse(path, problem, 'write an entry for each, with the same "at"');
  }
  return {
    ...(leaders === undefined ? {} : { leaders: quantity('percent', leaders) }),
    ...(peers === undefined ? {} : { peers: quantity('percent', peers) }),
    ...completeAs(as),
    ...(name === undefined ? {} : { class: name }),
  };
}

function completeAs(as: AsName | readonly AsName[] | undefined): {
  readonly as?: readonly AsName[];
} {
  return as === undefined ? {} : { as: listOf(as) };
}

function listOf(as: AsName | readonly AsName[]): readonly AsName[] {
  return typeof as === 'object' ? as : [as];
}

/** The classes of the seeds that arrive, in the order of their entries. */
export function arrivingSeedsOf(
  entries: readonly CompleteFault[],
  indexOf: AsIndexOf,
): PeerClass[] {
  return entries.flatMap(({ at, seed }) => {
    if (seed === undefined) return [];
    const arrivals = [{ process: 'at-once', atMs: at, count: seed.count } as const];
    return [{ ...seedClassOf(seed, indexOf), arrivals, holdsFile: true as const }];
  });
}

/**
 * The faults of a swarm that the entries of `faults` describe. The classes of arriving seeds follow
 * the `classCount` others.
 */
export function faultsOf(
  entries: readonly CompleteFault[],
  classCount: number,
  indexOf: AsIndexOf,
): Fault[] {
  let seedsBefore = 0;
  return entries.map((entry) =>
    entry.seed === undefined
      ? faultOf(entry, indexOf)
      : { fault: 'seed', atMs: entry.at, classIndex: classCount + seedsBefore++ },
  );
}

function faultOf(entry: CompleteFault, indexOf: AsIndexOf): Fault {
  const event = eventIn(entry)! as Exclude<EventName, 'seed'>;
  const atMs = entry.at;
  switch (event) {
    case 'crash':
    case 'leave':
      return { fault: event, atMs, ...groupOf(entry[event]!, indexOf) };
    case 'tracker':
      return { fault: 'tracker-silence', atMs, forMs: entry.for! };
    case 'cut':
      return { fault: 'cut', atMs, forMs: entry.for!, as: entry.cut!.as.map(indexOf) };
    case 'capacity': {
      const { class: className, upload, download } = entry.capacity!;
      return {
        fault: 'capacity',
        atMs,
        className,
        ...(upload === undefined ? {} : { uploadKbps: upload }),
        ...(download === undefined ? {} : { downloadKbps: download }),
        ...(entry.for === undefined ? {} : { forMs: entry.for }),
      };
    }
  }
}

function groupOf(
  { leaders, peers, as, class: className }: CompleteGroup,
  indexOf: AsIndexOf,
): Pick<MassDeparture, 'who' | 'percent' | 'as' | 'className'> {
  return {
    who: leaders === undefined ? 'peers' : 'leaders',
    percent: leaders ?? peers!,
    ...(as === undefined ? {} : { as: as.map(indexOf) }),
    ...(className === undefined ? {} : { className }),
  };
}

function names<Name extends string>(of: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(of) as Name[];
}
