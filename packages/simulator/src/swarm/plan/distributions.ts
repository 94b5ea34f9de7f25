/**
 * Draws numbers from distributions, rounded to whole ones: ms or kbit/s.
 *
 * The logarithms and powers of d3-random may differ between machines in their last bit. Rounding
 * hides that unless a number of about 10^7 lies within 10^-8 of a half, so that one number in 10^8
 * may differ. Exponential numbers are exact.
 */

import { exponential, type Random } from '@cachetorrent/std';
import { randomLogNormal, randomWeibull } from 'd3-random';

import type { BoundedDistribution, Distribution } from './dynamics.ts';

/** Returns a function that draws one number after the other from `random`. */
export function samplerOf(distribution: Distribution, random: Random): () => number {
  const draw = exactSampler(distribution, random);
  return () => Math.round(draw());
}

function exactSampler(distribution: Distribution, random: Random): () => number {
  const source = (): number => random.unit();
  switch (distribution.distribution) {
    case 'fixed':
      return () => distribution.value;
    case 'exponential':
      return () => exponential(random, distribution.mean);
    case 'weibull':
      return randomWeibull.source(source)(distribution.shape, 0, distribution.scale);
    case 'log-normal': {
      const draw = randomLogNormal.source(source)(0, distribution.sigma);
      return () => distribution.median * draw();
    }
  }
}

/** The same within bounds. */
export function boundedSamplerOf(
  { distribution, least, most = Infinity }: BoundedDistribution,
  random: Random,
): () => number {
  const draw = samplerOf(distribution, random);
  return () => Math.min(Math.max(draw(), least), most);
}

/** A number that is neither small nor large for a distribution: its mean, scale or median. */
export function typicalOf(distribution: Distribution): number {
  switch (distribution.distribution) {
    case 'fixed':
      return distribution.value;
    case 'exponential':
      return distribution.mean;
    case 'weibull':
      return distribution.scale;
    case 'log-normal':
      return distribution.median;
  }
}
