/** The traffic at the borders of AS as results: a part of `run.json`, and a CSV table over time. */

import type { BorderLink, BorderTraffic, Swarm, SwarmResult } from '@cachetorrent/simulator';

/** What `BorderTraffic` has beside the traffic of each interval, which is in `borders.csv`. */
export type BordersDocument = Omit<BorderTraffic, 'bits'>;

export function bordersDocument({ borders }: SwarmResult): { readonly borders?: BordersDocument } {
  if (borders === undefined) return {};
  const { bits: _, ...document } = borders;
  return { borders: document };
}

/** Five minutes, as transit is billed. */
const INTERVAL_MS = 300_000;
/** More intervals would make a large table of a long run. */
const INTERVALS_MAX = 10_000;

/** The interval of `borders.csv` without prices, which have an interval of their own. */
export function bordersIntervalMs({ horizonMs = 0 }: Swarm): number {
  return INTERVAL_MS * Math.max(1, Math.ceil(horizonMs / INTERVAL_MS / INTERVALS_MAX));
}

/**
 * One row per interval, link and direction in which anything was sent: bytes of blocks. Times are
 * in ms since the start of the run; an interval ends before `toMs`.
 */
export function bordersCsv({ intervalMs, fromMs, intervals, links, bits }: BorderTraffic): string {
  const rows = ['fromMs,toMs,from,to,bytes'];
  const names = links.map(({ from, to }) => [from, to].map(csvText) as [string, string]);
  for (let interval = 0; interval < intervals; interval++) {
    const startMs = fromMs + interval * intervalMs;
    const times = `${startMs},${startMs + intervalMs}`;
    names.forEach(([from, to], link) => {
      const at = 2 * (interval * links.length + link);
      const [bytes, bytesBack] = [bits[at]! / 8, bits[at + 1]! / 8];
      if (bytes > 0) rows.push(`${times},${from},${to},${bytes}`);
      if (bytesBack > 0) rows.push(`${times},${to},${from},${bytesBack}`);
    });
  }
  return `${rows.join('\n')}\n`;
}

/** A name as RFC 4180 writes it; it may come from a file. */
function csvText(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The rate that is billed for a link, in kbit/s: that of the direction in which it is higher. */
export function billedKbpsOf({ billedKbps, billedBackKbps }: BorderLink): number {
  return Math.max(billedKbps, billedBackKbps);
}

/** The sum over the links with a relationship. */
export function sumOverLinks(
  { links }: Pick<BorderTraffic, 'links'>,
  relationship: BorderLink['relationship'],
  figure: (link: BorderLink) => number,
): number {
  return links.reduce(
    (sum, link) => (link.relationship === relationship ? sum + figure(link) : sum),
    0,
  );
}

/** The bytes of a link, in both directions. */
export function bytesOf({ bytes, bytesBack }: BorderLink): number {
  return bytes + bytesBack;
}
