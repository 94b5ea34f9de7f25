/** Checks the capacities of borders between AS, and what bounds the rate of a flow. */

import type { RelatedAs } from '../../network/related-as.ts';
import { TRANSIT_NAME } from '../../network/routes.ts';
import { type AsBorder, type BorderLimit, isOfLink, type LinkBorder } from './borders.ts';
import { checkKnown } from './known-as.ts';
import { checkNumber, EXACT_MAX, type Refuse } from './number-rule.ts';
import type { Swarm } from './swarm.ts';

/** A segment, and the largest window that RFC 7323 allows: 2^30 bytes. */
const WINDOW_MIN_BITS = 8 * 1460;
const WINDOW_MAX_BITS = 8 * 2 ** 30;
/** Beyond, timeouts rule, which the model of Mathis et al. does not have. */
const LOSS_MAX_PERCENT = 10;

export function checkBorders(swarm: Swarm, refuse: Refuse): void {
  const check = new BorderCheck(swarm, refuse);
  swarm.borders?.forEach((limit, i) => {
    const field = `borders[${i}]`;
    if (isOfLink(limit)) check.link(field, limit);
    else check.as(field, limit);
  });
  checkTcp(swarm, refuse);
}

/** Checks that the borders are those of AS and links that the network has. */
export function checkBorderLinks(
  limits: readonly BorderLimit[],
  related: RelatedAs,
  refuse: Refuse,
): void {
  for (const [i, limit] of limits.entries()) {
    const field = `borders[${i}]`;
    if (!isOfLink(limit)) {
      limit.as?.forEach((name, j) => checkKnown(`${field}.as[${j}]`, name, related, refuse));
      continue;
    }
    limit.between.forEach((name, j) => checkKnown(`${field}.between[${j}]`, name, related, refuse));
    if (related.isLinked(...limit.between)) continue;
    const [one, other] = limit.between.toSorted();
    const problem = `is ${one} and ${other}, between which there is no link`;
    const fix = related.has(TRANSIT_NAME)
      ? `each AS of this topology has one link, to "${TRANSIT_NAME}": name that as one end`
      : 'name two AS that are neighbours';
    refuse(`${field}.between`, problem, fix);
  }
}

class BorderCheck {
  readonly #pieceBits: number;
  readonly #refuse: Refuse;
  /** The borders that have been given, and by which entry. */
  readonly #given = new Map<string, string>();

  constructor({ pieceBits }: Swarm, refuse: Refuse) {
    this.#pieceBits = pieceBits;
    this.#refuse = refuse;
  }

  as(field: string, { as, upKbps, downKbps }: AsBorder): void {
    if (upKbps === undefined && downKbps === undefined) {
      const fix = 'add "up": "10 Mbit/s", or "down"';
      this.#refuse(field, 'says which AS, but no capacity', fix);
    }
    if (upKbps !== undefined) this.#capacity(`${field}.upKbps`, upKbps);
    if (downKbps !== undefined) this.#capacity(`${field}.downKbps`, downKbps);
    if (as?.length === 0) {
      this.#refuse(`${field}.as`, 'names no AS', 'name one, or write "as": "all"');
    }
    (as ?? ['all']).forEach((name, i) => {
      const at = as === undefined ? `${field}.as` : `${field}.as[${i}]`;
      if (upKbps !== undefined) this.#once(at, `out of ${name}`, field);
      if (downKbps !== undefined) this.#once(at, `into ${name}`, field);
    });
  }

  link(field: string, { between, capacityKbps }: LinkBorder): void {
    this.#capacity(`${field}.capacityKbps`, capacityKbps);
    const [one, other] = between.toSorted();
    if (one === other) {
      this.#refuse(`${field}.between`, `is ${one} twice`, 'name the AS at both ends of the link');
    }
    this.#once(`${field}.between`, `between ${one} and ${other}`, field);
  }

  #capacity(field: string, value: number): void {
    const rule = { value, least: 0, most: EXACT_MAX, fraction: true };
    checkNumber({ field, ...rule, reason: 'a capacity is 0 or more' }, this.#refuse);
    if (value === 0 || this.#pieceBits / value <= EXACT_MAX) return;
    const problem = `is ${value} kbit/s, with which a piece would take more than 285,000 years`;
    this.#refuse(field, problem, 'set it higher, or to 0');
  }

  #once(field: string, border: string, entry: string): void {
    const before = this.#given.get(border);
    if (before !== undefined) {
      const place = before === entry ? 'before in this entry' : 'in an earlier entry';
      const problem = `gives a capacity to the border ${border}, which has one ${place}`;
      this.#refuse(field, problem, 'state each border once');
    }
    this.#given.set(border, entry);
  }
}

function checkTcp({ tcp }: Swarm, refuse: Refuse): void {
  if (tcp === undefined) return;
  const { windowBits, lossPercent } = tcp;
  if (!(windowBits >= WINDOW_MIN_BITS && windowBits <= WINDOW_MAX_BITS)) {
    const problem = `comes to ${windowBits / 8} bytes, but a window has 1460 bytes to 1 GiB`;
    refuse('tcp.windowBits', problem, 'set it to 64 KiB, for instance');
  }
  if (lossPercent === undefined) return;
  const loss = { value: lossPercent, least: 0, most: LOSS_MAX_PERCENT, fraction: true };
  checkNumber({ field: 'tcp.lossPercent', ...loss, reason: 'a share is 0 % or more' }, refuse);
}
