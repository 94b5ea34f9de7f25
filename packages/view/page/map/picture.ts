/**
 * Draws the map with WebGL, from back to front: traffic between AS, AS, lines from the selected
 * peer to its neighbours, peers, rings around what is selected or has the focus, names.
 */

// oxlint-disable-next-line import/no-unassigned-import -- it replaces what needs `eval` in PixiJS
import 'pixi.js/unsafe-eval';

import type { RecordingHeader } from '@cachetorrent/recording';
import { Container, WebGLRenderer } from 'pixi.js';

import { type MapLayout, NODE, type Scene } from '../scene.ts';
import type { Palette } from '../theme.ts';
import { Bands } from './bands.ts';
import { circleOf, hasDots, visibleSystems } from './detail.ts';
import { Discs } from './discs.ts';
import { Dots, SHAPE } from './dots.ts';
import { type Inks, inksOf, withAlpha } from './inks.ts';
import type { Copies } from './copies.ts';
import { LabelLayer } from './label-layer.ts';
import { labelsOf } from './labels.ts';
import type { Members } from './members.ts';
import type { Circle, Target, Viewport } from './target.ts';
import { BAND_MAX_PX, bandWidthPx, curveBetween } from './traffic.ts';
import { countsOf } from './words.ts';

/** What there is to draw. */
export interface PictureContents {
  readonly header: RecordingHeader;
  readonly layout: MapLayout;
  readonly members: Members;
  readonly scene: Scene;
  readonly viewport: Viewport;
  readonly palette: Palette;
  readonly openAs: number | undefined;
  readonly peer: number | undefined;
  readonly focus: Target | undefined;
  /** The rate of the widest band, in kbit/s. */
  readonly reference: number;
}

/** The radius of a dot, in units of the map: peers are 2 apart. */
const DOT_RADIUS = 0.84;

/** From which radius on dots have levels, and places of absent peers an outline, in pixels. */
const LEVEL_FROM_PX = 4.5;

/** How many bands are drawn at most, those of the open AS not counted: the largest. */
const BANDS_MAX = 150;

/** Bands that are thinner are not drawn, in pixels. */
const BAND_MIN_PX = 0.4;

/** How far outside an AS its gauge begins, in pixels. */
const GAUGE_PX = 2;

const RESOLUTION_MAX = 2;

/** A picture of the map, on a canvas of its own. */
export class Picture {
  readonly canvas: HTMLCanvasElement;
  readonly #renderer: WebGLRenderer;
  readonly #stage = new Container();
  readonly #map = new Container();
  readonly #traffic = new Bands();
  readonly #systems = new Discs();
  readonly #lines = new Bands();
  readonly #peers = new Dots();
  readonly #rings = new Discs();
  readonly #layers: readonly Copies[] = [
    this.#traffic,
    this.#systems,
    this.#lines,
    this.#peers,
    this.#rings,
  ].map(({ copies }) => copies);
  readonly #labels = new LabelLayer();
  #palette: Palette | undefined;
  #inks: Inks | undefined;

  private constructor(renderer: WebGLRenderer) {
    this.#renderer = renderer;
    this.canvas = renderer.canvas;
    this.#map.addChild(...this.#layers.map(({ mesh }) => mesh));
    this.#stage.addChild(this.#map, this.#labels.container);
  }

  /** Rejects if the browser has no WebGL 2. */
  static async create(): Promise<Picture> {
    const renderer = new WebGLRenderer();
    await renderer.init({
      autoDensity: true,
      antialias: false,
      preferWebGLVersion: 2,
      resolution: resolution(),
      // Without them, PixiJS adds no hidden elements to the page, nor listeners for its events.
      skipExtensionImports: true,
    });
    if (renderer.context.webGLVersion !== 2) {
      renderer.destroy();
      throw new Error('there is no WebGL 2');
    }
    return new Picture(renderer);
  }

  resize(width: number, height: number): void {
    this.#renderer.resize(Math.max(1, width), Math.max(1, height), resolution());
  }

  /** Draws. Returns after how many ms to draw again, even if nothing else changes; 0 if never. */
  draw(contents: PictureContents): number {
    const { viewport, layout, palette } = contents;
    const inks = this.#inksOf(palette);
    const systems = visibleSystems(layout, viewport, contents.openAs);
    this.#map.position.set(viewport.left, viewport.top);
    this.#map.scale.set(viewport.scale);
    for (const layer of this.#layers) {
      layer.setScale(viewport.scale, 1 / this.#renderer.resolution);
      layer.clear();
    }
    this.#addTraffic(contents, inks);
    for (const as of systems.all) this.#addSystem(as, contents, inks);
    this.#addNeighbours(contents, inks);
    for (const as of systems.dotted) this.#addPeers(as, contents, inks);
    this.#addRings(contents, inks);
    for (const layer of this.#layers) layer.commit();
    const waitMs = this.#showLabels(systems.all, contents);
    this.#renderer.background.color = palette.background;
    this.#renderer.render(this.#stage);
    return waitMs;
  }

  destroy(): void {
    for (const layer of this.#layers) layer.destroy();
    this.#labels.destroy();
    this.#stage.destroy();
    this.#renderer.destroy({ removeView: true });
  }

  #inksOf(palette: Palette): Inks {
    if (this.#inks === undefined || palette !== this.#palette) this.#inks = inksOf(palette);
    this.#palette = palette;
    return this.#inks;
  }

  /**
   * The largest bands are on top. Where an AS is open, all of its own are drawn, and others are
   * faint.
   */
  #addTraffic({ scene, layout, openAs, reference }: PictureContents, inks: Inks): void {
    const { from, to, kbps } = scene.traffic;
    for (let i = kbps.length - 1; i >= 0; i--) {
      const isOwn = from[i] === openAs || to[i] === openAs;
      if (i >= BANDS_MAX && !isOwn) continue;
      const widthPx = bandWidthPx(kbps[i]!, reference);
      if (widthPx < BAND_MIN_PX) continue;
      const curve = curveBetween(circleOf(layout, from[i]!), circleOf(layout, to[i]!));
      if (curve === undefined) continue;
      const faint = openAs === undefined || isOwn ? 1 : 0.3;
      const alpha = faint * (0.3 + (0.45 * widthPx) / BAND_MAX_PX);
      const headPx = 5 + 1.2 * widthPx;
      this.#traffic.add({ curve, widthPx, headPx, colour: withAlpha(inks.traffic, alpha) });
    }
  }

  #addSystem(as: number, contents: PictureContents, inks: Inks): void {
    const { layout, scene, viewport, openAs } = contents;
    const isOneDisc = !hasDots(as, viewport, openAs);
    const share = scene.systems.progress[as]!;
    const progress = share >= 1 ? 255 : Math.min(254, Math.round(255 * share));
    const circle = circleOf(layout, as);
    this.#systems.add({
      circle,
      fromPx: undefined,
      toPx: 0,
      colour: isOneDisc ? inks.scale[progress]! : inks.surface,
      ...(isOneDisc && { full: { amount: progress, direction: 'up' } }),
    });
    const widthPx = Math.min(6, Math.max(2, circle.radius * viewport.scale * 0.07));
    this.#systems.add({
      circle,
      fromPx: GAUGE_PX,
      toPx: GAUGE_PX + widthPx,
      colour: share >= 1 ? inks.seed : inks.leecher,
      full: { amount: progress, direction: 'around' },
    });
  }

  #addPeers(as: number, contents: PictureContents, inks: Inks): void {
    const { layout, members, scene, viewport } = contents;
    const { flags, progress } = scene.nodes;
    const { scale, left, top, width, height } = viewport;
    const px = DOT_RADIUS * scale;
    const hasLevel = px >= LEVEL_FROM_PX;
    const edgePx = px < 2.5 ? 0.5 : Math.min(2, Math.max(0.75, px * 0.15));
    const edgeAlpha = px < 2.5 ? 0.5 : 0.85;
    const absent = withAlpha(inks.muted, 0.25);
    const leecher = withAlpha(inks.leecher, edgeAlpha);
    this.#peers.setLook(DOT_RADIUS, hasLevel);
    for (const peer of members.of(as)) {
      const x = layout.asX[as]! + layout.nodeX[peer]!;
      const y = layout.asY[as]! + layout.nodeY[peer]!;
      const screenX = x * scale + left;
      const screenY = y * scale + top;
      if (screenX < -2 * px || screenX > width + 2 * px) continue;
      if (screenY < -2 * px || screenY > height + 2 * px) continue;
      const flag = flags[peer]!;
      if ((flag & NODE.present) === 0) {
        if (hasLevel) this.#peers.add(SHAPE.disc, x, y, 0, 1, 0, absent);
        continue;
      }
      const isComplete = (flag & NODE.complete) !== 0;
      const isLeader = (flag & NODE.leader) !== 0;
      const held = isComplete ? 255 : progress[peer]!;
      this.#peers.add(
        shapeOf(flag),
        x,
        y,
        held,
        isLeader ? Math.max(1, edgePx * 1.6) : edgePx,
        isComplete ? inks.seed : inks.scale[held]!,
        isLeader ? inks.leader : isComplete ? inks.seed : leecher,
      );
    }
  }

  /** Lines from the selected peer to its neighbours: arrows where something flows. */
  #addNeighbours(contents: PictureContents, inks: Inks): void {
    const { peer, scene } = contents;
    if (peer === undefined || scene.peer?.peer !== peer) return;
    const own = peerCircle(peer, contents);
    for (const neighbour of scene.peer.neighbours) {
      const other = peerCircle(neighbour.peer, contents);
      const { toKbps, fromKbps } = neighbour;
      if (toKbps > 0) this.#addLine(own, other, inks.traffic);
      if (fromKbps > 0) this.#addLine(other, own, inks.traffic);
      if (toKbps > 0 || fromKbps > 0) continue;
      const curve = curveBetween(own, other);
      if (curve === undefined) continue;
      this.#lines.add({ curve, widthPx: 1, headPx: 0, colour: withAlpha(inks.muted, 0.7) });
    }
  }

  #addLine(from: Circle, to: Circle, colour: number): void {
    const curve = curveBetween(from, to);
    if (curve !== undefined) this.#lines.add({ curve, widthPx: 2.5, headPx: 9, colour });
  }

  #addRings(contents: PictureContents, inks: Inks): void {
    const { layout, openAs, peer, focus } = contents;
    if (openAs !== undefined) {
      const circle = circleOf(layout, openAs);
      this.#rings.add({ circle, fromPx: 9, toPx: 10.5, colour: inks.text });
    }
    if (peer !== undefined) {
      const circle = peerCircle(peer, contents);
      this.#rings.add({ circle, fromPx: 2, toPx: 4.5, colour: inks.focus });
    }
    if (focus === undefined) return;
    if (focus.peer === undefined) {
      const circle = circleOf(layout, focus.as);
      this.#rings.add({ circle, fromPx: 11.5, toPx: 14, colour: inks.focus });
    } else {
      const circle = peerCircle(focus.peer, contents);
      this.#rings.add({ circle, fromPx: 6, toPx: 8.5, colour: inks.focus });
    }
  }

  #showLabels(systems: readonly number[], contents: PictureContents): number {
    const { header, scene, layout, viewport, palette } = contents;
    const nameOf = (as: number): string => header.as.name[as]!;
    const counts = (as: number): string => countsOf(as, scene);
    const labels = labelsOf(systems, layout, viewport, nameOf, counts);
    return this.#labels.show(labels, nameOf, counts, palette, this.#renderer.resolution);
  }
}

/** Pixels of the screen for each CSS pixel. */
function resolution(): number {
  return Math.min(RESOLUTION_MAX, devicePixelRatio);
}

function shapeOf(flags: number): (typeof SHAPE)[keyof typeof SHAPE] {
  if ((flags & NODE.cache) !== 0) return SHAPE.square;
  return (flags & NODE.leader) !== 0 ? SHAPE.diamond : SHAPE.disc;
}

function peerCircle(peer: number, { header, layout }: PictureContents): Circle {
  const as = header.peers.as[peer]!;
  const x = layout.asX[as]! + layout.nodeX[peer]!;
  const y = layout.asY[as]! + layout.nodeY[peer]!;
  return { x, y, radius: DOT_RADIUS };
}
