/**
 * From `network.borders` and `network.tcp` to the fields of a swarm: fills in what was left out
 * (`completeBordersAndTcp`), and turns it into plain data (`bordersAndTcpOf`).
 */

import type { TcpOptions } from '../network/tcp-bound.ts';
import { type AsReference, asName } from '../swarm/plan/as-names.ts';
import type { BorderLimit } from '../swarm/plan/borders.ts';
import type { Swarm } from '../swarm/plan/swarm.ts';
import { refuse } from './configuration-error.ts';
import type { BorderConfig, TcpConfig } from './network-schema.ts';
import type { Path } from './problems.ts';
import { quantity } from './quantities.ts';

/** An entry of `network.borders` in which every field is written out, in kbit/s. */
export type CompleteBorder =
  | { readonly as: 'all' | readonly string[]; readonly up?: number; readonly down?: number }
  | { readonly between: readonly [string, string]; readonly capacity: number };

/** `network.tcp` in which every field is written out, in bytes and percent. */
export interface CompleteTcp {
  readonly window: number;
  readonly loss: number;
}

/** Both sections; each is absent if there is none. */
export interface CompleteBordersAndTcp {
  readonly borders?: readonly CompleteBorder[];
  readonly tcp?: CompleteTcp;
}

/** The most that Linux lets a connection send ahead (`tcp(7)`: `tcp_wmem`). */
const WINDOW_BYTES = 4 * 2 ** 20;

/** Fills in the two sections of `network`, which is at `path`. */
export function completeBordersAndTcp(
  { borders, tcp }: { readonly borders?: readonly BorderConfig[]; readonly tcp?: TcpConfig },
  path: Path,
): CompleteBordersAndTcp {
  return {
    ...(borders === undefined
      ? {}
      : { borders: borders.map((each, i) => completeBorder(each, [...path, 'borders', i])) }),
    ...(tcp === undefined ? {} : { tcp: completeTcp(tcp) }),
  };
}

/** The fields of a swarm that the complete sections describe. */
export function bordersAndTcpOf({
  borders,
  tcp,
}: CompleteBordersAndTcp): Pick<Swarm, 'borders' | 'tcp'> {
  return {
    ...(borders === undefined ? {} : { borders: borders.map(limitOf) }),
    ...(tcp === undefined ? {} : { tcp: tcpOf(tcp) }),
  };
}

function completeBorder(border: BorderConfig, path: Path): CompleteBorder {
  const { as, up, down, between, capacity } = border;
  if (as === undefined && between === undefined) {
    const fix = 'add "as": "all", or "between": [0, "transit"]';
    return refuse(path, 'does not say which border it is about', fix);
  }
  if (as !== undefined && between !== undefined) {
    const problem = 'has "as" and "between", but an entry is about one kind of border';
    return refuse(path, problem, 'write an entry for each');
  }
  if (between !== undefined) {
    refuseFields(border, ['up', 'down'], 'between', '"capacity", for each direction', path);
    const [one, other, ...more] = between;
    if (one === undefined || other === undefined || more.length > 0) {
      const problem = `names ${between.length} AS, but a link has two ends`;
      return refuse([...path, 'between'], problem, 'name two, such as [0, "transit"]');
    }
    if (capacity === undefined) {
      return refuse(path, 'does not state the capacity', 'add "capacity": "10 Mbit/s"');
    }
    return { between: [asName(one), asName(other)], capacity: quantity('rate', capacity) };
  }
  refuseFields(border, ['capacity'], 'as', '"up" and "down"', path);
  return {
    as: as === 'all' ? 'all' : listOf(as!).map(asName),
    ...(up === undefined ? {} : { up: quantity('rate', up) }),
    ...(down === undefined ? {} : { down: quantity('rate', down) }),
  };
}

function listOf(as: AsReference | readonly AsReference[]): readonly AsReference[] {
  return typeof as === 'string' || typeof as === 'number' ? [as] : as;
}

function refuseFields(
  border: BorderConfig,
  fields: readonly (keyof BorderConfig)[],
  kind: string,
  instead: string,
  path: Path,
): void {
  const field = fields.find((each) => border[each] !== undefined);
  if (field === undefined) return;
  refuse([...path, field], `has no effect with "${kind}"`, `write ${instead}`);
}

function completeTcp({ window, loss }: TcpConfig): CompleteTcp {
  return {
    window: window === undefined ? WINDOW_BYTES : quantity('size', window),
    loss: loss === undefined ? 0 : quantity('percent', loss),
  };
}

function limitOf(border: CompleteBorder): BorderLimit {
  if ('between' in border) return { between: border.between, capacityKbps: border.capacity };
  const { as, up, down } = border;
  return {
    ...(as === 'all' ? {} : { as }),
    ...(up === undefined ? {} : { upKbps: up }),
    ...(down === undefined ? {} : { downKbps: down }),
  };
}

function tcpOf({ window, loss }: CompleteTcp): TcpOptions {
  return { windowBits: 8 * window, ...(loss === 0 ? {} : { lossPercent: loss }) };
}
