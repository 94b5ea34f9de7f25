/**
 * The traffic matrix between ASes: a heat map for each setting, of its first repetition. Few AS
 * have cells that say what they are; of many AS, each pair is a pixel of an image.
 */

import * as Plot from '@observablehq/plot';

import type { DetailedSetting } from '../report-data.ts';
import type { ReportPlot } from '../svg.ts';
import { COLOUR_SCHEME } from '../theme.ts';
import { type PanelItem, Panels } from './layout.ts';
import { imageUrl, RANGE } from './traffic-image.ts';

/** The traffic matrix of a setting; an entry stands for a group of consecutive AS, mostly one. */
interface Matrix extends PanelItem {
  /** What the AS of one group (row) send to those of another (column), in bytes. */
  readonly bytes: Float64Array;
}

/** More cells could not be told apart, and would make the page slow. */
const CELLS_MAX = 50;

/** An image with more pixels than it has on the page would lose some. */
const PIXELS_MAX = 400;

/** More tick labels would overlap. */
const MAX_TICKS = 15;

const PANEL_HEIGHT = 360;
const MARGIN_LEFT = 44;

/** A panel for each setting; undefined if there are no records. */
export function trafficPlot(all: readonly DetailedSetting[]): ReportPlot | undefined {
  const details = all.filter(({ records }) => records.length > 0);
  const asCount = Math.max(0, ...details.map(({ records }) => records[0]!.result.asCount));
  if (asCount === 0) return undefined;
  const groupSize = asCount <= CELLS_MAX ? 1 : Math.ceil(asCount / PIXELS_MAX);
  const size = Math.ceil(asCount / groupSize);
  const matrices = details.map((detail) => matrixOf(detail, size, groupSize));
  const maxBytes = matrices.reduce(
    (most, { bytes }) => bytes.reduce((max, each) => Math.max(max, each), most),
    0,
  );
  const panels = new Panels(details.map(({ name }) => name));
  const marks = size <= CELLS_MAX ? cells(matrices, size) : images(matrices, size, maxBytes);
  const group = groupSize === 1 ? '' : ` A row or column stands for ${groupSize} consecutive AS.`;
  return {
    name: 'traffic',
    title: 'Traffic between autonomous systems',
    caption:
      'Bytes sent from the AS of the row to the AS of the column, in the first repetition; the ' +
      `diagonal is intra-AS traffic. The colour scale is ${marks.scale}.${group}`,
    legend: [],
    colourRange: ['0 bytes', formatBytes(maxBytes)],
    options: (theme) => ({
      ...panels.options(PANEL_HEIGHT),
      marginLeft: MARGIN_LEFT,
      color: { scheme: COLOUR_SCHEME, type: 'sqrt', domain: [0, maxBytes] },
      ...marks.scales(groupSize),
      marks: [panels.titles(theme), marks.mark(panels)],
    }),
  };
}

/** How the matrices are drawn, and the scales of that. */
interface MatrixMarks {
  /** The colour scale in words. */
  readonly scale: string;
  readonly mark: (panels: Panels) => Plot.Markish;
  readonly scales: (groupSize: number) => Plot.PlotOptions;
}

/** A cell for each pair of AS. */
function cells(matrices: readonly Matrix[], size: number): MatrixMarks {
  const items = matrices.flatMap(({ panel, bytes }) =>
    Array.from(bytes, (each, i) => ({
      panel,
      from: Math.floor(i / size),
      to: i % size,
      bytes: each,
    })),
  );
  const step = Math.ceil(size / MAX_TICKS);
  const ticks = Array.from({ length: Math.ceil(size / step) }, (_, i) => i * step);
  const axis = { labelArrow: 'none', ticks, tickSize: 0 } as const;
  return {
    scale: 'a square root',
    mark: (panels) =>
      Plot.cell(items, {
        ...panels.facets,
        x: 'to',
        y: 'from',
        fill: 'bytes',
        // Gaps would hide small cells.
        inset: size > MAX_TICKS ? 0 : 0.5,
        title: ({ from, to, bytes }: (typeof items)[number]) =>
          `from AS ${from}, to AS ${to}: ${formatBytes(bytes)}`,
      }),
    scales: () => ({ x: { ...axis, label: 'to AS' }, y: { ...axis, label: 'from AS' } }),
  };
}

/** An image for each setting. */
function images(matrices: readonly Matrix[], size: number, maxBytes: number): MatrixMarks {
  const items = matrices.map(({ panel, bytes }) => ({
    panel,
    src: imageUrl(bytes, size, maxBytes),
  }));
  return {
    scale: `logarithmic, from a ${RANGE.toLocaleString('en-US')}th of the largest number`,
    mark: (panels) =>
      Plot.image(items, {
        ...panels.facets,
        src: 'src',
        frameAnchor: 'top-left',
        preserveAspectRatio: 'none',
        imageRendering: 'pixelated',
        // The library draws an image in a size in pixels; this one fills its panel.
        render: (index, scales, values, dimensions, context, next) => {
          const group = next!(index, scales, values, dimensions, context)!;
          const { width, height, marginLeft, marginRight, marginTop, marginBottom } = dimensions;
          for (const image of group.children) {
            image.setAttribute('x', String(marginLeft));
            image.setAttribute('y', String(marginTop));
            image.setAttribute('width', String(width - marginLeft - marginRight));
            image.setAttribute('height', String(height - marginTop - marginBottom));
          }
          return group;
        },
      }),
    scales: (groupSize) => {
      const axis = {
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: MAX_TICKS / 2,
        type: 'linear',
        tickFormat: (group: number) => String(group * groupSize),
      } as const;
      return {
        x: { ...axis, label: 'to AS', domain: [0, size] },
        y: { ...axis, label: 'from AS', domain: [size, 0] },
      };
    },
  };
}

function matrixOf({ name, records }: DetailedSetting, size: number, groupSize: number): Matrix {
  const bytes = new Float64Array(size * size);
  records[0]!.result.trafficBytes.forEach((row, from) => {
    row.forEach((each, to) => {
      bytes[Math.floor(from / groupSize) * size + Math.floor(to / groupSize)]! += each;
    });
  });
  return { panel: name, bytes };
}

/** Formats bytes with three significant digits: 12.3 MB. */
function formatBytes(bytes: number): string {
  const [unit, scale] = BYTE_UNITS.find(([, least]) => bytes >= least) ?? ['bytes', 1];
  return `${Number((bytes / scale).toPrecision(3)).toLocaleString('en-US')} ${unit}`;
}

const BYTE_UNITS = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
] as const;
