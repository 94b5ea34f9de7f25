/**
 * Who pays whom: a Sankey diagram for each setting, of its first repetition. Those who pay are on
 * the left, those who are paid on the right; an AS that does both is on both sides, so that
 * payments never go round in a circle.
 */

import * as Plot from '@observablehq/plot';
import { sankey } from 'd3-sankey';

import type { BordersDocument } from '../../results/borders.ts';
import type { DetailedSetting } from '../report-data.ts';
import { cut, FONT_SIZE, LETTER_WIDTH, type ReportPlot, WIDE_PLOT_WIDTH } from '../svg.ts';

/** An AS on one of the two sides, or several. */
interface Party {
  readonly id: string;
  readonly name: string;
  readonly isPayer: boolean;
}

interface Payment {
  readonly source: string;
  readonly target: string;
  readonly value: number;
}

/** A rectangle or a band of the picture, in its coordinates. */
interface Bar {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
  readonly text: string;
  readonly isPayer: boolean;
}

interface Band extends Omit<Bar, 'isPayer'> {
  readonly width: number;
}

interface Panel {
  readonly name: string;
  readonly topY: number;
  readonly bars: readonly Bar[];
  readonly bands: readonly Band[];
}

/** The others of a side would be too small to be seen. */
const PARTIES_MAX = 16;
const LABEL_WIDTH = 190;
const BAR_WIDTH = 14;
/** Between bars, so that labels of small ones do not overlap. */
const BAR_GAP = 14;
/** Height of the name of a panel. */
const NAME_HEIGHT = 24;
/** Height of all that is paid in the panel in which it is most: they have the same scale. */
const BARS_HEIGHT = 240;
const PANEL_GAP = 22;

/** A panel for each setting in which something is paid; undefined if there is none. */
export function paymentsPlot(details: readonly DetailedSetting[]): ReportPlot | undefined {
  const paid = details.flatMap(({ name, records }) => {
    const borders = records[0]?.result.borders;
    const payments = borders === undefined ? [] : paymentsIn(borders);
    return payments.length === 0 ? [] : [{ name, payments, currency: borders!.currency! }];
  });
  if (paid.length === 0) return undefined;
  const most = Math.max(...paid.map(({ payments }) => sumOf(payments)));
  const panels: Panel[] = [];
  let height = 0;
  for (const { name, payments, currency } of paid) {
    const panel = panelOf(name, payments, currency, height, BARS_HEIGHT / most);
    panels.push(panel);
    height = Math.max(...panel.bars.map(({ y2 }) => y2)) + PANEL_GAP;
  }
  const currencies = [...new Set(paid.map(({ currency }) => currency))].join(' or ');
  return {
    name: 'payments',
    title: 'Who pays whom',
    caption:
      `What AS (left) pay to others (right) for traffic, in ${currencies} a month; first ` +
      `repetition. On each side, the ${PARTIES_MAX - 1} AS with the largest sums have their names.`,
    legend: [],
    options: (theme) => ({
      width: WIDE_PLOT_WIDTH,
      height,
      margin: 0,
      x: { axis: null, domain: [0, WIDE_PLOT_WIDTH], range: [0, WIDE_PLOT_WIDTH] },
      y: { axis: null, domain: [0, height], range: [0, height] },
      marks: panels.flatMap(({ name, topY, bars, bands }) => [
        Plot.text([cut(name, Math.floor(WIDE_PLOT_WIDTH / LETTER_WIDTH))], {
          x: 4,
          y: topY + NAME_HEIGHT / 2,
          textAnchor: 'start',
          fontWeight: 'bold',
          fill: theme.text,
        }),
        Plot.link(bands, {
          x1: 'x1',
          x2: 'x2',
          y1: 'y1',
          y2: 'y2',
          curve: 'bump-x',
          stroke: theme.series[0]!,
          strokeOpacity: 0.4,
          strokeWidth: 'width',
          title: 'text',
        }),
        Plot.rect(bars, { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', fill: theme.series[1]! }),
        ...[true, false].map((isPayer) =>
          Plot.text(
            bars.filter((bar) => bar.isPayer === isPayer),
            {
              x: isPayer ? 'x1' : 'x2',
              y: ({ y1, y2 }: Bar) => (y1 + y2) / 2,
              dx: isPayer ? -6 : 6,
              text: 'text',
              textAnchor: isPayer ? 'end' : 'start',
              fontSize: FONT_SIZE,
              fill: theme.text,
            },
          ),
        ),
      ]),
    }),
  };
}

/** All payments; those of AS with small sums are joined. */
function paymentsIn({ links }: BordersDocument): Payment[] {
  const paid = links.flatMap(({ from, to, payer, bill = 0 }) =>
    bill > 0 ? [{ source: payer!, target: payer === from ? to : from, value: bill }] : [],
  );
  const payers = sideOf(paid, 'source');
  const paidOnes = sideOf(paid, 'target');
  const sums = new Map<string, Payment>();
  for (const { source, target, value } of paid) {
    const [payer, other] = [payers(source), paidOnes(target)];
    const key = JSON.stringify([payer, other]);
    const sum = value + (sums.get(key)?.value ?? 0);
    sums.set(key, { source: payer, target: other, value: sum });
  }
  return [...sums.values()];
}

/** The name under which an AS is shown on a side: its own, or that of all small ones. */
function sideOf(payments: readonly Payment[], side: 'source' | 'target'): (name: string) => string {
  const sums = new Map<string, number>();
  for (const payment of payments) {
    sums.set(payment[side], (sums.get(payment[side]) ?? 0) + payment.value);
  }
  if (sums.size <= PARTIES_MAX) return (name) => name;
  // The sort is stable, so equal sums stay in the order of the links.
  const largest = [...sums].sort(([, a], [, b]) => b - a).slice(0, PARTIES_MAX - 1);
  const named = new Set(largest.map(([name]) => name));
  const others = `${sums.size - named.size} other AS`;
  return (name) => (named.has(name) ? name : others);
}

function panelOf(
  name: string,
  payments: readonly Payment[],
  currency: string,
  topY: number,
  scale: number,
): Panel {
  const idOf = (party: string, isPayer: boolean) => `${isPayer ? 'pays' : 'gets'} ${party}`;
  const parties = new Map<string, Party>();
  for (const { source, target } of payments) {
    for (const [party, isPayer] of [
      [source, true],
      [target, false],
    ] as const) {
      const id = idOf(party, isPayer);
      parties.set(id, { id, name: party, isPayer });
    }
  }
  const sides = Map.groupBy(parties.values(), ({ isPayer }) => isPayer);
  const most = Math.max(...[...sides.values()].map(({ length }) => length));
  const firstY = topY + NAME_HEIGHT + BAR_GAP / 2;
  const lastY = firstY + (most - 1) * BAR_GAP + scale * sumOf(payments);
  const layout = sankey<Party, object>()
    .nodeId(({ id }) => id)
    .nodeWidth(BAR_WIDTH)
    .nodePadding(BAR_GAP)
    .nodeSort((a, b) => b.value! - a.value!)
    .extent([
      [LABEL_WIDTH, firstY],
      [WIDE_PLOT_WIDTH - LABEL_WIDTH, lastY],
    ]);
  const { nodes, links } = layout({
    nodes: [...parties.values()].map((party) => ({ ...party })),
    links: payments.map(({ source, target, value }) => ({
      source: idOf(source, true),
      target: idOf(target, false),
      value,
    })),
  });
  const lettersMax = Math.floor((LABEL_WIDTH - 10) / LETTER_WIDTH);
  return {
    name,
    topY,
    bars: nodes.map((node) => {
      const sum = ` ${formatAmount(node.value!)}`;
      const text = cut(node.name, lettersMax - sum.length) + sum;
      const { isPayer } = node;
      return { x1: node.x0!, x2: node.x1!, y1: node.y0!, y2: node.y1!, text, isPayer };
    }),
    bands: links.map((link) => {
      const [source, target] = [link.source, link.target] as (Party & { x0: number; x1: number })[];
      const sum = `${formatAmount(link.value)} ${currency} a month`;
      return {
        x1: source!.x1,
        x2: target!.x0,
        y1: link.y0!,
        y2: link.y1!,
        // Narrower bands could not be seen.
        width: Math.max(0.5, link.width!),
        text: `${source!.name} pays ${target!.name} ${sum}`,
      };
    }),
  };
}

function sumOf(payments: readonly Payment[]): number {
  return payments.reduce((sum, { value }) => sum + value, 0);
}

/** Two decimals, and three digits that count if it is small. */
function formatAmount(amount: number): string {
  const decimals = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  const digits = amount < 1 ? { maximumSignificantDigits: 3 } : decimals;
  return amount.toLocaleString('en-US', digits);
}
