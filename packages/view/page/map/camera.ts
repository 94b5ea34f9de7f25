/**
 * Which part of the map is on the screen: zooming and panning by d3-zoom with wheel, fingers, drag
 * and double click, and moving there smoothly by program.
 */

import { type Selection, select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomBehavior, zoom, zoomIdentity, zoomTransform } from 'd3-zoom';

import type { Circle, Viewport } from './target.ts';

/** How long a move takes, in ms. */
const MOVE_MS = 450;

/** How long it takes to zoom after a double click, in ms. */
const DOUBLE_CLICK_MS = 250;

/** The room around a circle that is shown: for its label, and beside it, in pixels. */
const ROOM_ABOVE_PX = 44;
const ROOM_BESIDE_PX = 20;

/** The most pixels of a unit of the map: a peer has a radius of 1. */
const SCALE_MAX = 40;

/** What a point must keep from the border of the picture to count as seen, in pixels. */
const MARGIN_PX = 32;

type Smooth = (t: number) => [x: number, y: number, size: number];
type Smoothly = (from: ReturnType<Smooth>, to: ReturnType<Smooth>) => Smooth;

/** The camera of a map. */
export class Camera {
  readonly #element: HTMLElement;
  readonly #selection: Selection<HTMLElement, unknown, null, undefined>;
  readonly #zoom: ZoomBehavior<HTMLElement, unknown>;
  readonly #prefersStill = matchMedia('(prefers-reduced-motion: reduce)');
  #width = 1;
  #height = 1;
  #frame: number | undefined;
  /** What is shown, until the user moves: it is shown again if the size changes. */
  #shown: Circle | undefined;

  /** Calls `onMove` whenever the map is elsewhere on the screen. */
  constructor(element: HTMLElement, onMove: () => void) {
    this.#element = element;
    this.#selection = select(element);
    this.#zoom = zoom<HTMLElement, unknown>()
      .clickDistance(4)
      .duration(this.#prefersStill.matches ? 0 : DOUBLE_CLICK_MS)
      .extent(() => [
        [0, 0],
        [this.#width, this.#height],
      ])
      .on('start', ({ sourceEvent }: D3ZoomEvent<HTMLElement, unknown>) => {
        if (sourceEvent !== null) this.#stop();
      })
      .on('zoom', ({ sourceEvent }: D3ZoomEvent<HTMLElement, unknown>) => {
        if (sourceEvent !== null) this.#shown = undefined;
        onMove();
      });
    this.#selection.call(this.#zoom);
  }

  get viewport(): Viewport {
    const { k, x, y } = zoomTransform(this.#element);
    return { scale: k, left: x, top: y, width: this.#width, height: this.#height };
  }

  /** Says how large the picture is, and the map. What was shown stays so. */
  resize(width: number, height: number, all: Circle): void {
    const { scale, left, top } = this.viewport;
    const dx = (width - this.#width) / 2;
    const dy = (height - this.#height) / 2;
    this.#width = Math.max(1, width);
    this.#height = Math.max(1, height);
    this.#zoom.scaleExtent([this.#scaleOf(all) / 2, SCALE_MAX]);
    if (this.#shown !== undefined) this.show(this.#shown, false);
    else this.#moveTo(scale, left + dx, top + dy);
  }

  /** Shows a circle as large as there is room for. */
  show(circle: Circle, isSmooth = true): void {
    this.#stop();
    const scale = this.#scaleOf(circle);
    const to: ReturnType<Smooth> = [circle.x, circle.y, this.#size / scale];
    if (isSmooth && !this.#prefersStill.matches) this.#moveSmoothly(to, circle);
    else this.#look(to);
    this.#shown = circle;
  }

  /** Whether a circle is on the screen and about as large as `show` would make it, or larger. */
  isCloseTo(circle: Circle): boolean {
    const { scale, left, top } = this.viewport;
    const x = (this.#width / 2 - left) / scale - circle.x;
    const y = (this.#height / 2 - top) / scale - circle.y;
    return scale >= 0.7 * this.#scaleOf(circle) && Math.hypot(x, y) <= circle.radius;
  }

  /** Moves the map so that a point of it is on the screen. */
  reveal(x: number, y: number): void {
    const { scale, left, top } = this.viewport;
    const margin = Math.min(MARGIN_PX, this.#width / 4, this.#height / 4);
    const dx = missing(x * scale + left, margin, this.#width - margin);
    const dy = missing(y * scale + top, margin, this.#height - margin);
    if (dx === 0 && dy === 0) return;
    this.#stop();
    this.#shown = undefined;
    this.#moveTo(scale, left + dx, top + dy);
  }

  /** Zooms about the middle of the picture. */
  zoomBy(factor: number): void {
    this.#stop();
    this.#shown = undefined;
    this.#selection.call(this.#zoom.scaleBy, factor);
  }

  destroy(): void {
    this.#stop();
    this.#selection.on('.zoom', null);
  }

  get #size(): number {
    return Math.max(this.#width, this.#height);
  }

  #scaleOf({ radius }: Circle): number {
    const width = Math.max(this.#width / 2, this.#width - 2 * ROOM_BESIDE_PX);
    const height = Math.max(this.#height / 2, this.#height - 2 * ROOM_ABOVE_PX);
    return Math.min(Math.min(width, height) / (2 * radius), SCALE_MAX);
  }

  #moveSmoothly(to: ReturnType<Smooth>, circle: Circle): void {
    const { scale, left, top } = this.viewport;
    const x = (this.#width / 2 - left) / scale;
    const y = (this.#height / 2 - top) / scale;
    const between = this.#zoom.interpolate<Smoothly>()([x, y, this.#size / scale], to);
    const start = performance.now();
    const step = (now: number): void => {
      const t = Math.min(1, Math.max(0, (now - start) / MOVE_MS));
      this.#frame = t < 1 ? requestAnimationFrame(step) : undefined;
      this.#look(t < 1 ? between(t * t * (3 - 2 * t)) : to);
      this.#shown = circle;
    };
    this.#frame = requestAnimationFrame(step);
  }

  /** Puts a point in the middle, with so many units of the map across the longer side. */
  #look([x, y, size]: ReturnType<Smooth>): void {
    const scale = this.#size / size;
    this.#moveTo(scale, this.#width / 2 - x * scale, this.#height / 2 - y * scale);
  }

  #moveTo(scale: number, left: number, top: number): void {
    this.#selection.call(this.#zoom.transform, zoomIdentity.translate(left, top).scale(scale));
  }

  #stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
  }
}

/** How far a place must move to be between two others. */
function missing(place: number, least: number, most: number): number {
  return place < least ? least - place : Math.min(0, most - place);
}
