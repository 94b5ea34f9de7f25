/**
 * Generates AS relationships of the size and shape of those that CAIDA infers: a few AS that buy no
 * transit and peer with one another, carriers that some thousand others buy from, and a great
 * majority of AS without customers. Who has many customers attracts more. Most peerings are between
 * AS that meet at exchanges.
 */

import { type Random, seededRandom } from '@cachetorrent/std';

export interface InternetSize {
  readonly asCount: number;
  /** The number of relationships, at least three for each AS. */
  readonly relationshipCount: number;
}

/** AS that buy no transit, the share of AS with customers, and that of AS at exchanges. */
const TOP = 16;
const CARRIER_SHARE = 0.15;
const EXCHANGE_SHARE = 0.12;
/** With how many providers an AS begins, on average. */
const PROVIDERS = 1.9;

/** The text of a file in the format serial-2. */
export function generateInternet(
  { asCount, relationshipCount }: InternetSize,
  seed: number,
): string {
  const random = seededRandom(seed, 'internet');
  const numbers = asNumbers(asCount, random);
  const lines = ['# generated, in the format of CAIDA, serial-2'];
  const pairs = new Set<number>();
  const add = (as1: number, as2: number, kind: -1 | 0): boolean => {
    const pair = Math.min(as1, as2) * asCount + Math.max(as1, as2);
    if (as1 === as2 || pairs.has(pair)) return false;
    pairs.add(pair);
    lines.push(`${numbers[as1]}|${numbers[as2]}|${kind}|bgp`);
    return true;
  };
  for (let as = 1; as < TOP; as++) for (let other = 0; other < as; other++) add(other, as, 0);

  const carriers = Math.max(TOP + 1, Math.floor(CARRIER_SHARE * asCount));
  // An AS is in it once, and once more for each customer.
  const attraction = Array.from({ length: TOP }, (_, as) => as);
  for (let as = TOP; as < asCount; as++) {
    const wanted = 1 + (random.unit() < PROVIDERS - 1 ? 1 : 0) + (random.below(20) === 0 ? 1 : 0);
    const chosen: number[] = [];
    for (let i = 0; i < wanted; i++) {
      const provider = attraction[random.below(attraction.length)]!;
      if (add(provider, as, -1)) chosen.push(provider);
    }
    attraction.push(...chosen);
    if (as < carriers) attraction.push(as);
  }

  const atExchanges = Math.floor(EXCHANGE_SHARE * asCount);
  while (pairs.size < relationshipCount) {
    const [a, b] = [random.below(atExchanges), random.below(atExchanges)];
    // The first carriers sell to all others, and peer with few.
    if (a >= 10 * TOP && b >= 10 * TOP) add(a, b, 0);
  }
  return `${lines.join('\n')}\n`;
}

/** Distinct numbers in random order, so that a number says nothing about an AS. */
function asNumbers(count: number, random: Random): number[] {
  const numbers = Array.from({ length: count }, (_, i) => 1 + 5 * i);
  for (let last = count - 1; last > 0; last--) {
    const chosen = random.below(last + 1);
    [numbers[last], numbers[chosen]] = [numbers[chosen]!, numbers[last]!];
  }
  return numbers;
}
