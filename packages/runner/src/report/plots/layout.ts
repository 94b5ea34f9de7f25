/** What the plots of a report have in common: axes, frames, and panels for detailed settings. */

import * as Plot from '@observablehq/plot';

import type { DetailedSetting } from '../report-data.ts';
import { formatTick, WIDE_PLOT_WIDTH } from '../svg.ts';
import type { Theme } from '../theme.ts';

/** An axis with its label centred. */
export function axis(label: string): Plot.ScaleOptions {
  return { label, labelAnchor: 'center', labelArrow: 'none' };
}

/** Options of a plot over time. Panels are narrow, so they need fewer `ticks`. */
export function timeAxis(options: Pick<Plot.ScaleOptions, 'ticks'> = {}): Plot.PlotOptions {
  const x = { ...axis('time (s)'), zero: true, tickFormat: formatTick, ...options };
  return { marginLeft: 62, grid: true, x };
}

export function frame(theme: Theme): Plot.Markish {
  return Plot.frame({ stroke: theme.text, strokeOpacity: 0.4 });
}

/** An item of a plot, and the name of its panel. */
export interface PanelItem {
  readonly panel: string;
}

const PANEL_HEIGHT = 190;
const GAP = { paddingInner: 0.16, paddingOuter: 0 };

/** A panel for each detailed setting, two in a row, each with the name of the setting above it. */
export class Panels {
  readonly #names: readonly string[];

  constructor(details: readonly DetailedSetting[]) {
    this.#names = details.map(({ name }) => name);
  }

  /** Returns the options of the plot. */
  options(panelHeight: number = PANEL_HEIGHT): Plot.PlotOptions {
    const rows = Math.ceil(this.#names.length / 2);
    return {
      width: WIDE_PLOT_WIDTH,
      height: panelHeight * rows + 40,
      marginTop: 24,
      marginBottom: 40,
      fx: { axis: null, domain: this.#names.length === 1 ? [0] : [0, 1], ...GAP },
      fy: { axis: null, domain: Array.from({ length: rows }, (_, row) => row), ...GAP },
    };
  }

  /** The options of each mark that assign its items to panels. */
  get facets(): { fx: (item: PanelItem) => number; fy: (item: PanelItem) => number } {
    return {
      fx: ({ panel }) => this.#names.indexOf(panel) % 2,
      fy: ({ panel }) => Math.floor(this.#names.indexOf(panel) / 2),
    };
  }

  /** Returns the names above the panels. */
  titles(theme: Theme): Plot.Markish {
    const items = this.#names.map((panel) => ({ panel }));
    return Plot.text(items, {
      ...this.facets,
      text: 'panel',
      frameAnchor: 'top-left',
      dy: -14,
      fontWeight: 'bold',
      fill: theme.text,
    });
  }
}
