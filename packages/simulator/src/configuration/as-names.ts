/** How a configuration names AS, and the index in the topology and the name in results of each. */

import { z } from 'zod';

import type { AsNetwork } from '../network/as-network.ts';

/** An AS: its name or number; in a transit–stub topology its index, from 0. */
export type AsName = string | number;

/** An AS by its name or number. */
export const asName: z.ZodType<AsName> = z.union([z.number(), z.string()]);

/** The index of an AS that a configuration names, in the topology. */
export type AsIndexOf = (name: AsName) => number;

/** The name of an AS in results; what names no AS stays as it is. */
export type FullNameOf = (name: AsName) => string;

/** In a transit–stub topology an AS has an index, and the names AS0, AS1, AS2 … */
export function stubIndexOf(name: AsName): number {
  if (typeof name === 'number') return name;
  return /^(?:AS)?\d{1,9}$/i.test(name) ? Number(name.replace(/^AS/i, '')) : Number.NaN;
}

/** In a topology from a file an AS has a name, or a number after `AS`. */
export function indexOfIn(network: AsNetwork): AsIndexOf {
  return (name) => network.indexOf(String(name)) ?? Number.NaN;
}
