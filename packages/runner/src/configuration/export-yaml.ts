/** Writes a configuration as YAML, with units. */

import type { SwarmConfig } from '@cachetorrent/simulator/configuration';
import { stringify } from 'yaml';

/** Fields by the kind of their quantity; a plain number gets its unit. */
const FORMATS: Readonly<Record<string, (value: number) => string | number>> = {
  upload: rate,
  download: rate,
  size: bytes,
  pieceSize: bytes,
  meanGap: time,
  latency: time,
  allocationInterval: time,
  rechokeInterval: time,
  leaders: percent,
  externalNeighbours: percent,
  share: percent,
};

/** The text of a configuration file that describes the same swarm. */
export function configYaml(config: SwarmConfig): string {
  const withUnits: unknown = JSON.parse(JSON.stringify(config), (name, value: unknown) => {
    const format = FORMATS[name];
    return format !== undefined && typeof value === 'number' ? format(value) : value;
  });
  return stringify(withUnits, { lineWidth: 96, flowCollectionPadding: true });
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

function percent(value: number): string {
  return `${value} %`;
}
