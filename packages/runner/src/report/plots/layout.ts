/** Panels for the details of an experiment: two in a row, each with its name above it. */

import * as Plot from '@observablehq/plot';

import type { DetailedSetting } from '../report-data.ts';
import { WIDE_PLOT_WIDTH } from '../svg.ts';
import type { Theme } from '../theme.ts';

/** What is drawn in the panel of a detail says which one. */
export interface PanelItem {
  readonly panel: string;
}

const PANEL_HEIGHT = 190;
const GAP = { paddingInner: 0.16, paddingOuter: 0 };

export class Panels {
  readonly #names: readonly string[];

  constructor(details: readonly DetailedSetting[]) {
    this.#names = details.map(({ name }) => name);
  }

  /** Goes into the options of the plot. */
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

  /** Goes into the options of each mark. */
  get facets(): { fx: (of: PanelItem) => number; fy: (of: PanelItem) => number } {
    return {
      fx: ({ panel }) => this.#names.indexOf(panel) % 2,
      fy: ({ panel }) => Math.floor(this.#names.indexOf(panel) / 2),
    };
  }

  /** The names above the panels. */
  titles(theme: Theme): Plot.Markish {
    const placed = this.#names.map((panel) => ({ panel }));
    return Plot.text(placed, {
      ...this.facets,
      text: 'panel',
      frameAnchor: 'top-left',
      dy: -14,
      fontWeight: 'bold',
      fill: theme.text,
    });
  }
}

export function frame(theme: Theme): Plot.Markish {
  return Plot.frame({ stroke: theme.text, strokeOpacity: 0.4 });
}
