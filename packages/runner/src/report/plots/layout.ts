/** What the plots of a report have in common: axes, frames, and panels for detailed settings. */

import * as Plot from '@observablehq/plot';

import { formatNumber } from '../labels.ts';
import { FONT_SIZE, WIDE_PLOT_WIDTH } from '../svg.ts';
import type { Theme } from '../theme.ts';

/** An axis with its label centred. */
export function axis(label: string): Plot.ScaleOptions {
  return { label, labelAnchor: 'center', labelArrow: 'none' };
}

/** From this time on, an axis is in hours. */
const LONG_S = 6 * 3_600;

/**
 * Options of a plot over time, in seconds; if it is long, the axis is in hours. Panels are narrow,
 * so they need fewer `ticks`.
 */
export function timeAxis(
  options: Pick<Plot.ScaleOptions, 'ticks'> = {},
  lastSeconds = 0,
): Plot.PlotOptions {
  const unit =
    lastSeconds < LONG_S
      ? axis('time (s)')
      : { ...axis('time (h)'), transform: (seconds: number) => seconds / 3_600 };
  const x = { ...unit, zero: true, tickFormat: formatNumber, ...options };
  return { marginLeft: 62, grid: true, x };
}

export function frame(theme: Theme): Plot.Markish {
  return Plot.frame({ stroke: theme.text, strokeOpacity: 0.4 });
}

/** An item of a plot, and the name of its panel. */
export interface PanelItem {
  readonly panel: string;
}

export interface PanelOptions {
  /** The largest number of panels in a row. */
  readonly columns?: number;
  /** Width of a row, without the margins of the plot. */
  readonly width?: number;
}

const PANEL_HEIGHT = 190;
const MARGINS = 82;
/** The gap between panels, as a share of the width of one and its gap. */
const GAP = 0.16;

/** A panel for each name, some in a row, each with its name above it. */
export class Panels {
  readonly #names: readonly string[];
  readonly #columns: number;
  readonly #rows: number;
  /** The width of a panel. */
  readonly width: number;

  constructor(
    names: readonly string[],
    { columns = 2, width = WIDE_PLOT_WIDTH - MARGINS }: PanelOptions = {},
  ) {
    this.#names = names;
    this.#rows = Math.max(1, Math.ceil(names.length / columns));
    this.#columns = Math.max(1, Math.ceil(names.length / this.#rows));
    this.width = ((1 - GAP) * width) / (this.#columns - GAP);
  }

  /** Returns the options of the plot. */
  options(panelHeight: number = PANEL_HEIGHT): Plot.PlotOptions {
    return {
      width: WIDE_PLOT_WIDTH,
      height: panelHeight * this.#rows + 40,
      marginTop: 24,
      marginBottom: 40,
      fx: panelScale(this.#columns),
      fy: panelScale(this.#rows),
    };
  }

  /** The options of each mark that assign its items to panels. */
  get facets(): { fx: (item: PanelItem) => number; fy: (item: PanelItem) => number } {
    return {
      fx: ({ panel }) => this.#names.indexOf(panel) % this.#columns,
      fy: ({ panel }) => Math.floor(this.#names.indexOf(panel) / this.#columns),
    };
  }

  /** Returns the names above the panels, cut to their width. */
  titles(theme: Theme): Plot.Markish {
    return Plot.text(
      this.#names.map((panel) => ({ panel })),
      {
        ...this.facets,
        text: 'panel',
        frameAnchor: 'top-left',
        dy: -14,
        fontWeight: 'bold',
        fill: theme.text,
        lineWidth: this.width / FONT_SIZE,
        textOverflow: 'ellipsis-end',
      },
    );
  }
}

function panelScale(count: number): Plot.ScaleOptions {
  const domain = Array.from({ length: count }, (_, i) => i);
  // A single panel has no gap, which the library would leave free all the same.
  return { axis: null, domain, paddingInner: count === 1 ? 0 : GAP, paddingOuter: 0 };
}
