/**
 * What a paper found, and how runs show it. A finding is quoted as the abstract of the paper states
 * it. A bound that the paper does not state is ours: `bound` says so in words.
 */

import type { Figures } from './figures.ts';
import type { Bounds } from './verdict.ts';

export interface Finding {
  /** What the paper found. */
  readonly claim: string;
  /** The name of the experiment file, without `.yaml`. */
  readonly experiment: string;
  /** The quantity that is judged. */
  readonly quantity: string;
  readonly bounds: Bounds;
  /** Decimals to show; for a share, those of its percentage. */
  readonly digits: number;
  /** Whether the quantity is shown in percent. */
  readonly isShare?: true;
  /** Returns the quantity for each seed. */
  readonly valuesOf: (figures: Figures) => readonly number[];
}

export interface Paper {
  /** The name by which `--only` knows it. */
  readonly name: string;
  readonly title: string;
  readonly citation: string;
  /** The words of the abstract that the findings are about. */
  readonly abstract: string;
  /** How our swarms differ from those of the paper. */
  readonly differences: string;
  readonly findings: readonly Finding[];
}

/** A quantity as it is. */
export const same = (value: number): number => value;
