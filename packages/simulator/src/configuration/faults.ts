/**
 * From the entries of `faults` to the faults of a swarm: fills in what was left out
 * (`completeFault`), and turns the complete entries into plain data (`faultOf`).
 */

import type { Fault, MassDeparture } from '../swarm/plan/faults.ts';
import { refuse } from './configuration-error.ts';
import type { FaultConfig, GroupConfig } from './fault-schema.ts';
import type { Path } from './problems.ts';
import { quantity } from './quantities.ts';

/** An entry of `faults` in which every field is written out, as plain numbers. */
export interface CompleteFault {
  readonly at: number;
  readonly crash?: CompleteGroup;
  readonly leave?: CompleteGroup;
  readonly tracker?: 'silent';
  readonly cut?: { readonly as: readonly number[] };
  readonly for?: number;
}

interface CompleteGroup {
  readonly leaders?: number;
  readonly peers?: number;
  readonly as?: readonly number[];
  readonly class?: string;
}

/** What may happen, and how it is written. */
const EVENTS = {
  crash: '{ "leaders": "50 %" }',
  leave: '{ "peers": "30 %" }',
  tracker: '"silent"',
  cut: '{ "as": 2 }',
} as const;
type EventName = keyof typeof EVENTS;

/** What happens in an entry, by the name of its field. */
export function eventIn(entry: FaultConfig | CompleteFault): EventName | undefined {
  return names(EVENTS).find((name) => entry[name] !== undefined);
}

/** Fills in an entry of `faults`, which is at `path`. */
export function completeFault(entry: FaultConfig, path: Path): CompleteFault {
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
  }
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

function completeAs(as: number | readonly number[] | undefined): {
  readonly as?: readonly number[];
} {
  return as === undefined ? {} : { as: listOf(as) };
}

function listOf(as: number | readonly number[]): readonly number[] {
  return typeof as === 'number' ? [as] : as;
}

/** The fault of a swarm that an entry of `faults` describes. */
export function faultOf(entry: CompleteFault): Fault {
  const event = eventIn(entry)!;
  const atMs = entry.at;
  switch (event) {
    case 'crash':
    case 'leave':
      return { fault: event, atMs, ...groupOf(entry[event]!) };
    case 'tracker':
      return { fault: 'tracker-silence', atMs, forMs: entry.for! };
    case 'cut':
      return { fault: 'cut', atMs, forMs: entry.for!, as: entry.cut!.as };
  }
}

function groupOf({
  leaders,
  peers,
  as,
  class: className,
}: CompleteGroup): Pick<MassDeparture, 'who' | 'percent' | 'as' | 'className'> {
  return {
    who: leaders === undefined ? 'peers' : 'leaders',
    percent: leaders ?? peers!,
    ...(as === undefined ? {} : { as }),
    ...(className === undefined ? {} : { className }),
  };
}

function names<Name extends string>(of: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(of) as Name[];
}
