/**
 * The sections `network.borders` and `network.tcp` of a configuration: what may cross a border
 * between AS, and how TCP bounds the rate of a flow.
 *
 *     borders:
 *       - { as: all, up: 20 Mbit/s, down: 20 Mbit/s }      # of each AS to all others
 *       - { between: [AS3, AS5], capacity: 10 Mbit/s }     # of a link
 *       - { between: [AS3, AS4], loss: 1 % }               # in place of that of `tcp`
 *     tcp: { window: 1 MiB, loss: 0.1 % }
 */

import { z } from 'zod';

import type { TcpOptions } from '../network/tcp-bound.ts';
import type { BorderLimit } from '../swarm/plan/borders.ts';
import type { Swarm } from '../swarm/plan/swarm.ts';
import { type AsName, asName, type FullNameOf } from './as-names.ts';
import { refuse } from './configuration-error.ts';
import type { Path } from './problems.ts';
import { type Percentage, quantity, type Rate, type Size } from './quantities.ts';
import { quantityOf } from './quantity-schema.ts';

/** A border between AS, its capacity and loss: of the AS `as` to all others, or of a link. */
export interface BorderConfig {
  /** An AS, a list of them, or `all` that host peers. */
  readonly as?: AsName | readonly AsName[];
  /** What may leave each of them, over all its links together (default: no limit). */
  readonly up?: Rate;
  /** What may enter each of them (default: no limit). */
  readonly down?: Rate;
  /** The two AS at the ends of a link, instead of `as`. */
  readonly between?: readonly AsName[];
  /** What may cross the link in each direction (default: no limit). */
  readonly capacity?: Rate;
  /** Share of the packets that this link, or each link of these AS, loses (default: `tcp.loss`). */
  readonly loss?: Percentage;
}

/** How TCP bounds the rate of a flow by its round trip. */
export interface TcpConfig {
  /** The window: no flow is faster than a window in a round trip (default: 4 MiB). */
  readonly window?: Size;
  /** Share of the packets that each link between two AS loses (default: none); see `borders`. */
  readonly loss?: Percentage;
}

/** An entry of `network.borders` in which every field is written out, in kbit/s and percent. */
export type CompleteBorder =
  | {
      readonly as: 'all' | readonly AsName[];
      readonly up?: number;
      readonly down?: number;
      readonly loss?: number;
    }
  | {
      readonly between: readonly [AsName, AsName];
      readonly capacity?: number;
      readonly loss?: number;
    };

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

const rate = quantityOf('rate');

export const bordersSchema: z.ZodArray = z
  .array(
    z.strictObject({
      as: z
        .union([z.array(asName), asName])
        .exactOptional()
        .describe('An AS, a list of them, or `all` that host peers.'),
      up: rate.exactOptional().describe('What may leave each of them (default: no limit).'),
      down: rate.exactOptional().describe('What may enter each of them (default: no limit).'),
      between: z
        .array(asName)
        .exactOptional()
        .describe('The two AS at the ends of a link, instead of `as`.'),
      capacity: rate
        .exactOptional()
        .describe('What may cross the link in each direction (default: no limit).'),
      loss: quantityOf('percent')
        .exactOptional()
        .describe(
          'Share of the packets that this link or those of these AS lose (default: `tcp.loss`).',
        ),
    }),
  )
  .describe('Capacities and losses of borders between AS (default: no limits).');

export const tcpSchema: z.ZodObject = z
  .strictObject({
    window: quantityOf('size')
      .exactOptional()
      .describe('A flow sends at most a window in a round trip (default: 4 MiB).'),
    loss: quantityOf('percent')
      .exactOptional()
      .describe('Share of the packets that each link between two AS loses (default: none).'),
  })
  .describe('TCP bounds the rate of a flow by its round trip (default: it does not).');

/** How values of the sections are written, for messages about others. */
export const BORDER_EXAMPLES: Readonly<Record<string, string>> = {
  'borders[]': '{ "as": "all", "up": "10 Mbit/s", "down": "10 Mbit/s" }',
  'borders[].as': '"all"',
  up: '"10 Mbit/s"',
  down: '"10 Mbit/s"',
  'borders[].capacity': '"10 Mbit/s"',
  tcp: '{ "window": "1 MiB" }',
  'tcp.window': '"1 MiB"',
  loss: '"0.1 %"',
};

/** The most that Linux lets a connection send ahead (`tcp(7)`: `tcp_wmem`). */
const WINDOW_BYTES = 4 * 2 ** 20;

/** Fills in the two sections. */
export function completeBordersAndTcp(
  borders: readonly BorderConfig[] | undefined,
  tcp: TcpConfig | undefined,
): CompleteBordersAndTcp {
  return {
    ...(borders === undefined
      ? {}
      : { borders: borders.map((each, i) => completeBorder(each, ['network', 'borders', i])) }),
    ...(tcp === undefined ? {} : { tcp: completeTcp(tcp) }),
  };
}

/** The fields of a swarm that the complete sections describe. */
export function bordersAndTcpOf(
  { borders, tcp }: CompleteBordersAndTcp,
  fullNameOf: FullNameOf,
): Pick<Swarm, 'borders' | 'tcp'> {
  return {
    ...(borders === undefined ? {} : { borders: borders.map((each) => limitOf(each, fullNameOf)) }),
    ...(tcp === undefined ? {} : { tcp: tcpOf(tcp) }),
  };
}

function completeBorder(border: BorderConfig, path: Path): CompleteBorder {
  const { as, up, down, between, capacity } = border;
  const loss = border.loss === undefined ? {} : { loss: quantity('percent', border.loss) };
  if (as === undefined && between === undefined) {
    const fix = 'add "as": "all", or "between": ["AS0", "transit"]';
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
      return refuse([...path, 'between'], problem, 'name two, such as ["AS0", "transit"]');
    }
    const rate = capacity === undefined ? {} : { capacity: quantity('rate', capacity) };
    return { between: [one, other], ...rate, ...loss };
  }
  refuseFields(border, ['capacity'], 'as', '"up" and "down"', path);
  return {
    as: as === 'all' ? as : listOf(as!),
    ...(up === undefined ? {} : { up: quantity('rate', up) }),
    ...(down === undefined ? {} : { down: quantity('rate', down) }),
    ...loss,
  };
}

function listOf(as: AsName | readonly AsName[]): readonly AsName[] {
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

function limitOf(border: CompleteBorder, fullNameOf: FullNameOf): BorderLimit {
  const loss = border.loss === undefined ? {} : { lossPercent: border.loss };
  if ('between' in border) {
    const [one, other] = border.between;
    const { capacity } = border;
    return {
      between: [fullNameOf(one), fullNameOf(other)],
      ...(capacity === undefined ? {} : { capacityKbps: capacity }),
      ...loss,
    };
  }
  const { as, up, down } = border;
  return {
    ...(as === 'all' ? {} : { as: as.map(fullNameOf) }),
    ...(up === undefined ? {} : { upKbps: up }),
    ...(down === undefined ? {} : { downKbps: down }),
    ...loss,
  };
}

function tcpOf({ window, loss }: CompleteTcp): TcpOptions {
  return { windowBits: 8 * window, ...(loss === 0 ? {} : { lossPercent: loss }) };
}
