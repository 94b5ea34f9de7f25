/**
 * Quantities in a configuration: a text with a unit, such as `256 KiB`, or a plain number in the
 * unit that the configuration uses for that kind of quantity.
 *
 *     size      bytes      `256 KiB`, `1.5 GB`, `196 bit`
 *     rate      kbit/s     `2 Mbit/s`, `250 kB/s`
 *     time      ms         `10 s`, `1500 ms`, `2 h`
 *     percent   %          `30 %`
 *     arrivals  per hour   `100/h`, `0.5/s`
 *
 * Prefixes are those of IEC 80000-13: k, M, G, T are powers of 1000, Ki, Mi, Gi, Ti powers of 1024.
 */

import { closest } from 'fastest-levenshtein';

export type QuantityKind = 'size' | 'rate' | 'time' | 'percent' | 'arrivals';

/** A size: a text with a unit, such as `256 KiB`, or a number of bytes. */
export type Size = string | number;
/** A rate: a text with a unit, such as `2 Mbit/s`, or a number of kbit/s. */
export type Rate = string | number;
/** A time: a text with a unit, such as `10 s`, or a number of milliseconds. */
export type Time = string | number;
/** A rate of arrivals: a text with a unit, such as `100/h`, or a number per hour. */
export type ArrivalRate = string | number;
/** A percentage: a text such as `30 %`, or a number from 0 to 100. */
export type Percentage = string | number;

interface Unit {
  readonly numerator: number;
  readonly denominator?: number;
}

interface Kind {
  /** The kind with its article, for messages. */
  readonly name: string;
  /** The unit of a plain number, for messages. */
  readonly plainUnit: string;
  readonly example: string;
  readonly units: Readonly<Record<string, Unit>>;
}

/** Bytes per unit of a size. */
const BYTES: Readonly<Record<string, Unit>> = {
  ...prefixed('B', 1),
  ...prefixed('bit', 1, 8),
  byte: { numerator: 1 },
  bytes: { numerator: 1 },
  bits: { numerator: 1, denominator: 8 },
};

/** kbit/s per unit of a rate. */
const KBIT_PER_S: Readonly<Record<string, Unit>> = {
  ...perSecond(prefixed('bit', 1, 1_000)),
  ...perSecond(prefixed('B', 8, 1_000)),
  bps: { numerator: 1, denominator: 1_000 },
  kbps: { numerator: 1 },
  Mbps: { numerator: 1_000 },
  Gbps: { numerator: 1_000_000 },
};

const KINDS: Readonly<Record<QuantityKind, Kind>> = {
  size: { name: 'a size', plainUnit: 'bytes', example: '256 KiB', units: BYTES },
  rate: { name: 'a rate', plainUnit: 'kbit/s', example: '2 Mbit/s', units: KBIT_PER_S },
  time: {
    name: 'a time',
    plainUnit: 'milliseconds',
    example: '10 s',
    units: {
      ms: { numerator: 1 },
      s: { numerator: 1_000 },
      min: { numerator: 60_000 },
      h: { numerator: 3_600_000 },
      d: { numerator: 86_400_000 },
      day: { numerator: 86_400_000 },
      days: { numerator: 86_400_000 },
    },
  },
  percent: {
    name: 'a percentage',
    plainUnit: 'percent',
    example: '30 %',
    units: { '%': { numerator: 1 } },
  },
  arrivals: {
    name: 'a rate of arrivals',
    plainUnit: 'arrivals per hour',
    example: '100/h',
    units: {
      '/s': { numerator: 3_600 },
      '/min': { numerator: 60 },
      '/h': { numerator: 1 },
      '/d': { numerator: 1, denominator: 24 },
      '/day': { numerator: 1, denominator: 24 },
    },
  },
};

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(\S*)$/i;

/** The number of a quantity in the plain unit of its kind; a problem with its fix otherwise. */
export type QuantityReading =
  | { readonly value: number }
  | { readonly problem: string; readonly fix: string };

/** Reads a quantity. A plain number is in the unit that the kind states. */
export function readQuantity(kind: QuantityKind, quantity: string | number): QuantityReading {
  const { name, plainUnit, example, units } = KINDS[kind];
  const write = `write ${example}, for instance, or a number of ${plainUnit}`;
  if (typeof quantity === 'number') {
    if (Number.isFinite(quantity)) return { value: quantity };
    return { problem: `is ${quantity}, which is not ${name}`, fix: write };
  }
  const shown = JSON.stringify(quantity.length > 40 ? `${quantity.slice(0, 37)}...` : quantity);
  const match = QUANTITY.exec(quantity.trim().replace(/\s*\/\s*/, '/'));
  if (match === null) return { problem: `is ${shown}, which is not ${name}`, fix: write };
  const [, digits, unitName] = match;
  const number = Number(digits);
  if (unitName === '') return { value: number };
  const unit = Object.hasOwn(units, unitName!) ? units[unitName!] : undefined;
  if (unit === undefined) {
    const nearest = closest(unitName!, Object.keys(units));
    const problem = `is ${shown}, but ${name} has no unit "${unitName}"`;
    return {
      problem,
      fix: `write ${digits}${nearest.startsWith('/') ? '' : ' '}${nearest}, for instance`,
    };
  }
  const { numerator, denominator = 1 } = unit;
  return { value: (number * numerator) / denominator };
}

/** The number of a quantity that has been checked, in the plain unit of its kind. */
export function quantity(kind: QuantityKind, text: string | number): number {
  const reading = readQuantity(kind, text);
  if ('value' in reading) return reading.value;
  throw new TypeError(`${reading.problem}; fix: ${reading.fix}`);
}

/** `unit` with each prefix. */
function prefixed(unit: string, numerator: number, denominator = 1): Record<string, Unit> {
  const units: Record<string, Unit> = { [unit]: { numerator, denominator } };
  ['k', 'M', 'G', 'T'].forEach((prefix, i) => {
    units[prefix + unit] = { numerator: numerator * 1_000 ** (i + 1), denominator };
    const binary = prefix.toUpperCase();
    units[`${binary}i${unit}`] = { numerator: numerator * 1_024 ** (i + 1), denominator };
  });
  return units;
}

function perSecond(units: Readonly<Record<string, Unit>>): Record<string, Unit> {
  return Object.fromEntries(Object.entries(units).map(([name, unit]) => [`${name}/s`, unit]));
}
