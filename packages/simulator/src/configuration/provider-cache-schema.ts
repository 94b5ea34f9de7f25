/**
 * The entries of `cache.providerCaches` in a configuration: caches that providers run. A cache is a
 * peer that is always there, has a capacity of its own, and serves the peers of its provider.
 */

import { z } from 'zod';

import { type AsName, asName } from './as-names.ts';
import type { Rate } from './quantities.ts';
import { quantityOf } from './quantity-schema.ts';

/** Caches of a kind: one in each of several AS, or one for a region. */
export interface ProviderCacheConfig {
  /** The AS that have one each: `all` with peers, one, or a list. */
  readonly as?: 'all' | AsName | readonly AsName[];
  /** Instead of `as`: the AS that share one, which is in the first of them. */
  readonly region?: readonly AsName[];
  /**
   * Whether it leads the AS that it serves (`leader`, the default), or is a peer that its tracker
   * names to all there and that unchokes them (`peer`).
   */
  readonly role?: 'leader' | 'peer';
  /** Upload capacity of each (default: 100 Mbit/s). */
  readonly upload?: Rate;
  /** Download capacity of each (default: 100 Mbit/s). */
  readonly download?: Rate;
  /** Connections that each unchokes for their rate (default: all). */
  readonly slots?: number;
}

const count = z.number();

export const providerCacheSchema: z.ZodObject = z.strictObject({
  as: z
    .union([z.array(asName), asName])
    .exactOptional()
    .describe('AS that have one each: all with peers, one by name or index, or a list.'),
  region: z
    .array(asName)
    .exactOptional()
    .describe('Instead of `as`: the AS that share one, which is in the first of them.'),
  role: z
    .enum(['leader', 'peer'])
    .exactOptional()
    .describe('Whether it leads these AS (default), or is a peer that is named to all there.'),
  upload: quantityOf('rate').exactOptional().describe('Upload capacity (default: 100 Mbit/s).'),
  download: quantityOf('rate').exactOptional().describe('Download capacity (default: 100 Mbit/s).'),
  slots: count.exactOptional().describe('Connections that it unchokes by rate (default: all).'),
});
