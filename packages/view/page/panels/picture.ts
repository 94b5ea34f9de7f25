/** Pictures on a canvas with as many pixels as the screen has there, drawn when they change. */

import { effect, useSignal } from '@preact/signals';
import { type RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** What a picture is drawn with. Sizes are in pixels of the screen. */
export interface Picture {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  /** Pixels of the screen for each CSS pixel. */
  readonly ratio: number;
}

/**
 * A canvas that `draw` draws on: first, when its size changes, and when a signal changes that
 * `draw` has read. The size is that of CSS.
 *
 * @param inputs what `draw` depends on besides signals
 */
export function usePicture(
  draw: (picture: Picture) => void,
  inputs: readonly unknown[],
): RefObject<HTMLCanvasElement> {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      size.value = { width, height };
    });
    observer.observe(canvas.current!);
    return () => observer.disconnect();
  }, [size]);
  // Not a passive effect: those end only after the canvas has gone.
  useLayoutEffect(
    () =>
      effect(() => {
        const ratio = devicePixelRatio;
        const width = Math.round(size.value.width * ratio);
        const height = Math.round(size.value.height * ratio);
        if (width === 0 || height === 0) return;
        const element = canvas.current!;
        if (element.width !== width) element.width = width;
        if (element.height !== height) element.height = height;
        const context = element.getContext('2d')!;
        context.clearRect(0, 0, width, height);
        draw({ context, width, height, ratio });
      }),
    [size, ...inputs],
  );
  return canvas as RefObject<HTMLCanvasElement>;
}

/** Where cells are drawn, in pixels of the screen. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws cells, row by row, each in a colour of `colours`, and stretches them to the box.
 *
 * @param levels which colour each cell has
 * @param columns the number of cells in a row
 */
export function drawCells(
  context: CanvasRenderingContext2D,
  levels: Uint8Array,
  columns: number,
  colours: Uint32Array,
  { left, top, width, height }: Box,
): void {
  const rows = levels.length / columns;
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let cell = 0; cell < levels.length; cell++) pixels[cell] = colours[levels[cell]!]!;
  const cells = cellsCanvas();
  // Setting the size clears the canvas, and allocates its memory again.
  if (cells.width < columns) cells.width = columns;
  if (cells.height < rows) cells.height = rows;
  cells.getContext('2d', { willReadFrequently: true })!.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(cells, 0, 0, columns, rows, left, top, width, height);
}

let sharedCells: OffscreenCanvas | undefined;

/** A canvas for the cells of all pictures, which are drawn one after the other. */
function cellsCanvas(): OffscreenCanvas {
  sharedCells ??= new OffscreenCanvas(1, 1);
  return sharedCells;
}
