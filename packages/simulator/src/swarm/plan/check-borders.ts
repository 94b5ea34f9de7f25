/** Checks the capacities and losses of borders between AS, and what bounds the rate of a flow. */

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
    // A graph may have an AS of that name, but nobody is known to pay it.
    const fix =
      related.has(TRANSIT_NAME) && related.isRelated('transit')
        ? `each AS of this topology has one link, to "${TRANSIT_NAME}": name that as one end`
        : 'name two AS that are neighbours';
    refuse(`${field}.between`, problem, fix);
  }
}

class BorderCheck {
  readonly #pieceBits: number;
  readonly #hasTcp: boolean;
  readonly #refuse: Refuse;
  /** The borders whose capacity or loss has been given, and by which entry. */
  readonly #given = new Map<string, string>();

  constructor({ pieceBits, tcp }: Swarm, refuse: Refuse) {
    this.#pieceBits = pieceBits;
    this.#hasTcp = tcp !== undefined;
    this.#refuse = refuse;
  }

  as(field: string, { as, upKbps, downKbps, lossPercent }: AsBorder): void {
    if (upKbps === undefined && downKbps === undefined && lossPercent === undefined) {
      const fix = 'add "up": "10 Mbit/s", "down" or "loss"';
      this.#refuse(field, 'says which AS, but no capacity and no loss', fix);
    }
    if (upKbps !== undefined) this.#capacity(`${field}.upKbps`, upKbps);
    if (downKbps !== undefined) this.#capacity(`${field}.downKbps`, downKbps);
    if (lossPercent !== undefined) this.#loss(`${field}.lossPercent`, lossPercent);
    if (as?.length === 0) {
      this.#refuse(`${field}.as`, 'names no AS', 'name one, or write "as": "all"');
    }
    (as ?? ['all']).forEach((name, i) => {
      const at = as === undefined ? `${field}.as` : `${field}.as[${i}]`;
      if (upKbps !== undefined) this.#once(at, `a capacity to the border out of ${name}`, field);
      if (downKbps !== undefined) this.#once(at, `a capacity to the border into ${name}`, field);
      if (lossPercent !== undefined) this.#once(at, `a loss to the links of ${name}`, field);
    });
  }

  link(field: string, { between, capacityKbps, lossPercent }: LinkBorder): void {
    if (capacityKbps === undefined && lossPercent === undefined) {
      const fix = 'add "capacity": "10 Mbit/s", or "loss": "0.1 %"';
      this.#refuse(field, 'says which link, but no capacity and no loss', fix);
    }
    if (capacityKbps !== undefined) this.#capacity(`${field}.capacityKbps`, capacityKbps);
    if (lossPercent !== undefined) this.#loss(`${field}.lossPercent`, lossPercent);
    const [one, other] = between.toSorted();
    if (one === other) {
      this.#refuse(`${field}.between`, `is ${one} twice`, 'name the AS at both ends of the link');
    }
    const border = `between ${one} and ${other}`;
    const at = `${field}.between`;
    if (capacityKbps !== undefined) this.#once(at, `a capacity to the border ${border}`, field);
    if (lossPercent !== undefined) this.#once(at, `a loss to the border ${border}`, field);
  }

  #loss(field: string, value: number): void {
    checkLoss(field, value, this.#refuse);
    if (this.#hasTcp) return;
    const problem = 'has no effect without TCP: only the bound of TCP depends on losses';
    this.#refuse(field, problem, 'add "tcp": {} to "network", or remove the loss');
  }

  #capacity(field: string, value: number): void {
    const rule = { value, least: 0, most: EXACT_MAX, fraction: true };
    checkNumber({ field, ...rule, reason: 'a capacity is 0 or more' }, this.#refuse);
    if (value === 0 || this.#pieceBits / value <= EXACT_MAX) return;
    const problem = `is ${value} kbit/s, with which a piece would take more than 285,000 years`;
    this.#refuse(field, problem, 'set it higher, or to 0');
  }

  /** `what` an entry gives to which border, such as `a loss to the links of AS1`. */
  #once(field: string, what: string, entry: string): void {
    const before = this.#given.get(what);
    if (before !== undefined) {
      const place = before === entry ? 'before in this entry' : 'in an earlier entry';
      const have = what.includes('links') ? 'have' : 'has';
      this.#refuse(field, `gives ${what}, which ${have} one ${place}`, 'state each border once');
    }
    this.#given.set(what, entry);
  }
}

function checkTcp({ tcp }: Swarm, refuse: Refuse): void {
  if (tcp === undefined) return;
  const { windowBits, lossPercent } = tcp;
  if (!(windowBits >= WINDOW_MIN_BITS && windowBits <= WINDOW_MAX_BITS)) {
    const problem = `comes to ${windowBits / 8} bytes, but a window has 1460 bytes to 1 GiB`;
    refuse('tcp.windowBits', problem, 'set it to 64 KiB, for instance');
  }
  if (lossPercent !== undefined) checkLoss('tcp.lossPercent', lossPercent, refuse);
}

function checkLoss(field: string, value: number, refuse: Refuse): void {
  const rule = { value, least: 0, most: LOSS_MAX_PERCENT, fraction: true };
  checkNumber({ field, ...rule, reason: 'a share is 0 % or more' }, refuse);
}
