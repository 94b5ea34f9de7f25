/** The runs that the comparison is made of: each variant by both sets of rules, with some seeds. */

import { checkedSwarm, type Overrides, readConfig, type RunDocument } from '@cachetorrent/runner';

import type { Job } from '../runs/batch.ts';
import { configFile } from '../runs/configs.ts';
import { PUBLISHED, type Published, UNPUBLISHED, type Variant } from './published-figures.ts';

export type Rules = 'original' | 'client';
export const RULES: readonly Rules[] = ['original', 'client'];

export interface Experiment {
  readonly rules: Rules;
  readonly variant: Variant;
  /** Where there are published figures. */
  readonly published?: Published;
  /** One for each seed. */
  readonly jobs: readonly Job[];
}

/** An experiment, and the results of those of its runs that have been done. */
export interface Observed extends Experiment {
  readonly results: readonly RunDocument['result'][];
}

export interface ExperimentOptions {
  /** Seeds 1 to so many. */
  readonly seeds: number;
  /** Only those whose name matches. */
  readonly only?: RegExp;
  /** A trial, with fewer pieces than published. */
  readonly pieces?: number;
}

/** Those of one configuration lie together, original rules first. */
export async function makeExperiments(options: ExperimentOptions): Promise<Experiment[]> {
  const variants: readonly (Variant | Published)[] = [...PUBLISHED, ...UNPUBLISHED];
  const experiments: Experiment[] = [];
  for (const rules of RULES) {
    for (const variant of variants) {
      const name = nameOf(variant, rules);
      if (options.only?.test(name) === false) continue;
      const jobs = await jobsOf(name, variant, rules, options);
      const published = 'figures' in variant ? { published: variant } : {};
      experiments.push({ rules, variant, ...published, jobs });
    }
  }
  return experiments;
}

/** All first seeds, then all second ones: whoever stops in between has something of everything. */
export function inOrderOfSeed(experiments: readonly Experiment[]): Job[] {
  return experiments.flatMap(({ jobs }) => jobs).sort((a, b) => a.seed - b.seed);
}

/** As `--only` sees it: `bigseed/original/MultiTorrent-2-10`. */
export function nameOf({ config, protocol, parts, percent }: Variant, rules: Rules): string {
  const numbers = [parts, percent].filter((number) => number !== undefined);
  return `${config}/${rules}/${[protocol, ...numbers].join('-')}`;
}

/** As people read it: `MultiTorrent, 2 parts, 10 %`. */
export function titleOf({ protocol, parts, percent }: Variant): string {
  const split = parts === undefined ? '' : `, ${parts} parts`;
  return `${protocol}${split}${percent === undefined ? '' : `, ${percent} %`}`;
}

async function jobsOf(
  name: string,
  variant: Variant,
  rules: Rules,
  { seeds, pieces }: ExperimentOptions,
): Promise<Job[]> {
  const file = await readConfig(configFile(variant.config));
  const shorter = pieces === undefined ? {} : { pieces };
  const checked = checkedSwarm(file, { ...overridesOf(variant), ...shorter, rules });
  return Array.from({ length: seeds }, (_, i) => ({
    name: `${name} seed ${i + 1}`,
    checked,
    seed: i + 1,
  }));
}

function overridesOf({ protocol, percent = 0, parts = 1 }: Variant): Overrides {
  switch (protocol) {
    case 'BitTorrent':
      return {};
    case 'CacheTorrent':
      return { leaders: percent };
    case 'biased':
      return { externalNeighbours: percent };
    case 'MultiTorrent':
      return { leaders: percent, subTorrents: parts };
  }
}
