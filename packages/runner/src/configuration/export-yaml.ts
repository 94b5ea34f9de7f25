/** Writes a configuration as YAML, with units. */

import {
  type Path,
  type QuantityKind,
  quantityKindAt,
  type SwarmConfig,
} from '@cachetorrent/simulator/configuration';
import { stringify } from 'yaml';

/** How a plain number is written with a unit. */
const FORMATS: Readonly<Record<QuantityKind, (value: number) => string | number>> = {
  rate,
  size: bytes,
  time,
  percent: (value) => `${value} %`,
  arrivals: (perHour) => `${perHour}/h`,
};

/** The text of a configuration file that describes the same swarm. */
export function configYaml(config: SwarmConfig): string {
  return stringify(withUnits(config, []), { lineWidth: 96, flowCollectionPadding: true });
}

function withUnits(value: unknown, path: Path): unknown {
  if (Array.isArray(value)) return value.map((entry, i) => withUnits(entry, [...path, i]));
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value);
    return Object.fromEntries(
      fields.map(([name, field]) => [name, withUnits(field, [...path, name])]),
    );
  }
  const kind = quantityKindAt(path);
  return kind !== undefined && typeof value === 'number' ? FORMATS[kind](value) : value;
}

function rate(kbps: number): string | number {
  if (kbps === 0) return 0;
  return kbps >= 1_000 && kbps % 100 === 0 ? `${kbps / 1_000} Mbit/s` : `${kbps} kbit/s`;
}

/** Whole KiB or MiB, otherwise whole bits: the sizes of the original are whole bits. */
function bytes(size: number): string {
  if (size % 2 ** 20 === 0) return `${size / 2 ** 20} MiB`;
  if (size % 2 ** 10 === 0) return `${size / 2 ** 10} KiB`;
  return Number.isInteger(size) ? `${size} B` : `${size * 8} bit`;
}

function time(ms: number): string {
  return ms >= 1_000 && ms % 100 === 0 ? `${ms / 1_000} s` : `${ms} ms`;
}
