/** Whether a figure of ours agrees with a published one: how far they may differ, and do. */

import type { Estimate } from '../runs/estimate.ts';
import type { FigureName, Protocol } from './published-figures.ts';

/** How far a mean of ours may lie from the published one, as a share of that. */
const ALLOWED: Readonly<Record<Protocol, { readonly redundancy: number; readonly times: number }>> =
  {
    BitTorrent: { redundancy: 0.03, times: 0.1 },
    biased: { redundancy: 0.1, times: 0.1 },
    CacheTorrent: { redundancy: 0.1, times: 0.15 },
    MultiTorrent: { redundancy: 0.1, times: 0.15 },
  };

export interface Verdict {
  /** Ours less the published, as a share of the published. */
  readonly difference: number;
  readonly allowed: number;
  readonly isMet: boolean;
}

export function verdictOn(
  protocol: Protocol,
  figure: FigureName,
  published: number,
  ours: Estimate,
): Verdict {
  const allowed = ALLOWED[protocol][figure === 'redundancy' ? 'redundancy' : 'times'];
  const difference = (ours.mean - published) / published;
  return { difference, allowed, isMet: Math.abs(difference) <= allowed };
}
