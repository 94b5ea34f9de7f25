/** The settings of the comparison: each variant by both sets of rules, with several seeds. */

import { checkedSwarm, type ConfigFile, type Overrides, readConfig } from '@cachetorrent/runner';
import type { Swarm } from '@cachetorrent/simulator';

import { configFile } from '../files.ts';
import type { Rules } from '../quirks/switches.ts';
import type { CollectedRun, Setting } from '../runs/collect.ts';
import {
  CONFIGS,
  PUBLISHED,
  type PublishedVariant,
  UNPUBLISHED,
  type Variant,
} from './published-figures.ts';

export const RULES: readonly Rules[] = ['original', 'client'];

/** A variant by one set of rules; its name is such as `bigseed/original/MultiTorrent-2-10`. */
export interface VariantSetting extends Setting {
  readonly rules: Rules;
  readonly variant: Variant;
  readonly swarm: Swarm;
  /** Undefined if no figures were published. */
  readonly published: PublishedVariant | undefined;
}

/** A setting, and the results of those of its runs that are done. */
export interface MeasuredVariant extends VariantSetting {
  readonly results: readonly CollectedRun['result'][];
}

export interface VariantOptions {
  /** Only settings whose name matches. */
  readonly only?: RegExp;
  /** For a trial: fewer pieces than published. */
  readonly pieces?: number;
}

/** Returns the settings with the original's rules first, those of one configuration together. */
export async function makeVariants({ only, pieces }: VariantOptions): Promise<VariantSetting[]> {
  const files = new Map<string, ConfigFile>();
  for (const config of CONFIGS) files.set(config, await readConfig(configFile(config)));
  const variants: readonly (Variant | PublishedVariant)[] = [...PUBLISHED, ...UNPUBLISHED];
  return RULES.flatMap((rules) =>
    variants.map((variant) => {
      const trial = pieces === undefined ? {} : { pieces };
      const fields = { ...fieldsOf(variant), ...trial, rules };
      const file = files.get(variant.config)!;
      const { swarm } = checkedSwarm(file, fields);
      const published = 'figures' in variant ? variant : undefined;
      return { name: nameOf(variant, rules), fields, rules, variant, swarm, published };
    }),
  ).filter(({ name }) => only?.test(name) !== false);
}

/** The title of a variant in tables, such as `MultiTorrent, 2 sub-torrents, 10 %`. */
export function titleOf({ protocol, subTorrents, percent }: Variant): string {
  const split = subTorrents === undefined ? '' : `, ${subTorrents} sub-torrents`;
  return `${protocol}${split}${percent === undefined ? '' : `, ${percent} %`}`;
}

function nameOf({ config, protocol, subTorrents, percent }: Variant, rules: Rules): string {
  const numbers = [subTorrents, percent].filter((number) => number !== undefined);
  return `${config}/${rules}/${[protocol, ...numbers].join('-')}`;
}

function fieldsOf({ protocol, percent = 0, subTorrents = 1 }: Variant): Overrides {
  switch (protocol) {
    case 'BitTorrent':
      return {};
    case 'CacheTorrent':
      return { leaders: percent };
    case 'biased':
      return { externalNeighbours: percent };
    case 'MultiTorrent':
      return { leaders: percent, subTorrents };
  }
}
