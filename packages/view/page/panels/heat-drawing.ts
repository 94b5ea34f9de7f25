/** Draws a heat map: cells, what is left of them, and frames around a row or a cell. */

import { NODE, type OpenAs, type Scene } from '../scene.ts';
import type { Palette } from '../theme.ts';
import { colourTable } from './colour-table.ts';
import { cellsOfRows, LABEL_HEIGHT } from './heat.ts';
import { drawCells, type Picture } from './picture.ts';

/** How a role is marked. */
export interface RoleMark {
  readonly name: string;
  readonly letter: string;
  readonly colour: 'leader' | 'seed' | 'traffic';
}

const LEADER: RoleMark = { name: 'leader', letter: 'L', colour: 'leader' };
const SEED: RoleMark = { name: 'seed', letter: 'S', colour: 'seed' };
const CACHE: RoleMark = { name: 'cache of a provider', letter: 'C', colour: 'traffic' };

/** The mark of a node with these `NODE` flags: of a leader, of a cache, or of another seed. */
export function roleMarkOf(flags: number): RoleMark | undefined {
  if ((flags & NODE.leader) !== 0) return LEADER;
  if ((flags & NODE.cache) !== 0) return CACHE;
  return (flags & NODE.complete) === 0 ? undefined : SEED;
}

/** The rows that a heat map shows. */
export interface Rows {
  readonly start: number;
  readonly rows: number;
  /** The width of what is left of the cells, in CSS pixels. */
  readonly gutter: number;
}

/** Draws a heat map, whose scene has an open AS. */
export class HeatDrawing {
  readonly #picture: Picture;
  readonly #scene: Scene;
  readonly #open: OpenAs;
  readonly #palette: Palette;
  readonly #rows: Rows;
  /** The left edge of the cells, and the height of a row, in pixels of the screen. */
  readonly #left: number;
  readonly #rowHeight: number;

  constructor(picture: Picture, scene: Scene, palette: Palette, rows: Rows) {
    this.#picture = picture;
    this.#scene = scene;
    this.#open = scene.openAs!;
    this.#palette = palette;
    this.#rows = rows;
    this.#left = Math.round(rows.gutter * picture.ratio);
    this.#rowHeight = picture.height / rows.rows;
  }

  /** Draws the cells. */
  cells(): void {
    const { context, width, height, ratio } = this.#picture;
    const { start, rows } = this.#rows;
    const last = Math.min(start + rows, this.#open.peers.length);
    const cells = Math.min(this.#open.columns, Math.max(1, width - this.#left));
    const levels = cellsOfRows(this.#open, start, last, cells);
    const box = {
      left: this.#left,
      top: 0,
      width: width - this.#left,
      height: (last - start) * this.#rowHeight,
    };
    drawCells(context, levels, cells, colourTable(this.#palette.scale), box);
    if (this.#rowHeight < LABEL_HEIGHT * ratio) return;
    context.fillStyle = this.#palette.background;
    for (let row = 1; row < rows; row++) {
      context.fillRect(0, Math.round(row * this.#rowHeight) - 1, width, 1);
    }
    context.clearRect(0, box.height, width, height - box.height);
  }

  /** Marks leaders and seeds, and names the peers if there is room. */
  gutter(): void {
    const { context, ratio } = this.#picture;
    const { start, rows } = this.#rows;
    const height = this.#rowHeight;
    const hasNames = height >= LABEL_HEIGHT * ratio;
    const markWidth = 4 * ratio;
    context.font = `${11 * ratio}px system-ui, sans-serif`;
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (let row = 0; row < rows; row++) {
      const peer = this.#open.peers[start + row];
      if (peer === undefined) return;
      const mark = roleMarkOf(this.#scene.nodes.flags[peer]!);
      const top = Math.round(row * height);
      if (mark !== undefined) {
        context.fillStyle = this.#palette[mark.colour];
        const bottom = Math.round((row + 1) * height) - (hasNames ? 1 : 0);
        context.fillRect(this.#left - markWidth - ratio, top, markWidth, bottom - top);
      }
      if (!hasNames) continue;
      context.fillStyle = this.#palette.text;
      const label = mark === undefined ? `${peer}` : `${mark.letter} ${peer}`;
      const right = this.#left - markWidth - 4 * ratio;
      context.fillText(label, right, (row + 0.5) * height, right);
    }
  }

  /** A frame around the row of a peer, or a cell of it. */
  frame(peer: number, column?: number): void {
    const { context, width, ratio } = this.#picture;
    const row = this.#open.peers.indexOf(peer) - this.#rows.start;
    if (row < 0 || row >= this.#rows.rows) return;
    const cells = width - this.#left;
    const { columns } = this.#open;
    const left = column === undefined ? 0 : this.#left + (column * cells) / columns;
    const wide = column === undefined ? width : Math.max(4 * ratio, cells / columns);
    const line = (column === undefined ? 1 : 2) * ratio;
    context.strokeStyle = this.#palette.focus;
    context.lineWidth = line;
    const top = row * this.#rowHeight;
    context.strokeRect(
      Math.min(left, width - wide) + line / 2,
      Math.max(0, top) + line / 2,
      wide - line,
      Math.max(this.#rowHeight, 4 * ratio) - line,
    );
  }
}
