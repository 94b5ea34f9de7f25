/** How a configuration names an AS. `as-names.ts` looks the names up. */

import { z } from 'zod';

/** An AS: its name or number; in a transit–stub topology its index, from 0. */
export type AsName = string | number;

/** An AS by its name or number. */
export const asName: z.ZodType<AsName> = z.union([z.number(), z.string()]);

/** The index of an AS that a configuration names, in the topology. */
export type AsIndexOf = (name: AsName) => number;
