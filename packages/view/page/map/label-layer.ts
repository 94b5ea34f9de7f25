/** Names of AS on the map, and below them their leechers and seeds. */

import { Container, Text, type TextStyleOptions } from 'pixi.js';

import type { Palette } from '../theme.ts';
import { COUNTS_PX, type Label, NAME_PX } from './labels.ts';

/** How often counts change at most, in ms: faster, nobody could read them, and letters are slow. */
const COUNTS_EVERY_MS = 500;

const FONT = 'system-ui, sans-serif';

interface Texts {
  readonly name: Text;
  readonly counts: Text;
  changedAtMs: number;
}

/** The labels of AS, in pixels of the screen. */
export class LabelLayer {
  readonly container = new Container();
  readonly #texts = new Map<number, Texts>();
  #resolution = 1;
  #palette: Palette | undefined;

  /**
   * Shows these labels and no others. Returns for how long counts are out of date that have changed
   * too soon to be drawn again, in ms; 0 if none is.
   */
  show(
    labels: readonly Label[],
    nameOf: (as: number) => string,
    countsOf: (as: number) => string,
    palette: Palette,
    resolution: number,
  ): number {
    if (palette !== this.#palette || resolution !== this.#resolution) {
      this.#clear();
      this.#palette = palette;
      this.#resolution = resolution;
    }
    for (const { name, counts } of this.#texts.values()) {
      name.visible = false;
      counts.visible = false;
    }
    const now = performance.now();
    let waitMs = 0;
    for (const { as, x, y, hasCounts } of labels) {
      const texts = this.#textsOf(as, nameOf(as), palette);
      texts.name.visible = true;
      texts.name.position.set(x, hasCounts ? y - COUNTS_PX - 2 : y);
      if (!hasCounts) continue;
      texts.counts.visible = true;
      texts.counts.position.set(x, y);
      const counts = countsOf(as);
      if (texts.counts.text === counts) continue;
      const sinceMs = now - texts.changedAtMs;
      if (sinceMs < COUNTS_EVERY_MS) {
        waitMs = Math.max(waitMs, COUNTS_EVERY_MS - sinceMs);
      } else {
        texts.counts.text = counts;
        texts.changedAtMs = now;
      }
    }
    return waitMs;
  }

  destroy(): void {
    this.#clear();
    this.container.destroy();
  }

  #textsOf(as: number, name: string, palette: Palette): Texts {
    const known = this.#texts.get(as);
    if (known !== undefined) return known;
    const texts = {
      name: this.#text(name, { fontSize: NAME_PX, fontWeight: '600', fill: palette.text }, palette),
      counts: this.#text('', { fontSize: COUNTS_PX, fill: palette.muted }, palette),
      changedAtMs: Number.NEGATIVE_INFINITY,
    };
    this.#texts.set(as, texts);
    return texts;
  }

  #text(text: string, style: TextStyleOptions, { background }: Palette): Text {
    const halo = { color: background, width: 3, join: 'round' } as const;
    const child = new Text({
      text,
      style: { fontFamily: FONT, stroke: halo, ...style },
      resolution: this.#resolution,
      anchor: { x: 0.5, y: 1 },
      roundPixels: true,
    });
    child.visible = false;
    this.container.addChild(child);
    return child;
  }

  #clear(): void {
    for (const { name, counts } of this.#texts.values()) {
      name.destroy();
      counts.destroy();
    }
    this.#texts.clear();
  }
}
