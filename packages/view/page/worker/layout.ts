/**
 * Lays the map out: AS are circles that repel one another where they overlap, and springs pull
 * them to distances that grow with the latencies between them. Within an AS, peers are packed.
 *
 * The same recording has the same map every time: where nodes begin is fixed, and d3-force has a
 * random source of its own.
 */

import type { RecordingHeader } from '@cachetorrent/recording';
import {
  forceCollide,
  forceLink,
  forceSimulation,
  forceX,
  forceY,
  type SimulationLinkDatum,
  type SimulationNodeDatum,
} from 'd3-force';

import type { MapLayout } from '../scene.ts';
import { GOLDEN, packedCircles } from './packing.ts';

/** An AS as the forces see it. */
interface AsNode extends SimulationNodeDatum {
  readonly radius: number;
  x: number;
  y: number;
}

interface AsLink extends SimulationLinkDatum<AsNode> {
  readonly distance: number;
}

/** Free space around an AS, as a part of its radius, and at least. */
const GAP = 0.12;
const GAP_MIN = 1.5;

/** The share of the area of the map that AS take, when they lie as close as is pleasant. */
const DENSITY = 0.42;

/** Where the AS of a recording and its peers are on the map. */
export function layOut(header: RecordingHeader): MapLayout {
  const nodeX = new Float32Array(header.peers.as.length);
  const nodeY = new Float32Array(header.peers.as.length);
  const radii = placePeers(header, nodeX, nodeY);
  const nodes = arrange(header, radii);
  const asX = Float32Array.from(nodes, ({ x }) => x);
  const asY = Float32Array.from(nodes, ({ y }) => y);
  const extent = centre(asX, asY, radii);
  return { asX, asY, asRadius: radii, nodeX, nodeY, extent };
}

/** Places the peers within their AS, by id, and returns the radius of each AS. */
function placePeers(
  { as, peers }: RecordingHeader,
  nodeX: Float32Array,
  nodeY: Float32Array,
): Float32Array {
  const counts = new Uint32Array(as.name.length);
  // Node 0 is the tracker, which is not on the map.
  for (let id = 1; id < peers.as.length; id++) counts[peers.as[id]!]!++;
  const radii = Float32Array.from(counts, (count) => packedCircles(count).radius);
  const placed = new Uint32Array(as.name.length);
  for (let id = 1; id < peers.as.length; id++) {
    const home = peers.as[id]!;
    const { x, y } = packedCircles(counts[home]!);
    const place = placed[home]!++;
    nodeX[id] = x[place]!;
    nodeY[id] = y[place]!;
  }
  return radii;
}

function arrange(header: RecordingHeader, radii: Float32Array): readonly AsNode[] {
  const count = radii.length;
  const room = (radius: number): number => radius + Math.max(GAP_MIN, radius * GAP);
  const area = radii.reduce((sum, radius) => sum + room(radius) ** 2, 0);
  const mapRadius = Math.sqrt(area / DENSITY);
  // Begin as the seeds of a sunflower do, evenly spread.
  const nodes = Array.from(radii, (radius, as): AsNode => {
    const distance = mapRadius * Math.sqrt((as + 0.5) / count);
    return { radius, x: distance * Math.cos(as * GOLDEN), y: distance * Math.sin(as * GOLDEN) };
  });
  if (count === 1) return [{ radius: radii[0]!, x: 0, y: 0 }];
  const ticks = Math.round(Math.min(TICKS_MAX, Math.max(TICKS_MIN, 75_000 / count)));
  const links = forceLink<AsNode, AsLink>(linksOf(header, nodes, mapRadius));
  const simulation = forceSimulation<AsNode>(nodes)
    .stop()
    .alphaDecay(1 - 0.01 ** (1 / ticks))
    .force(
      'link',
      links.distance(({ distance }) => distance),
    )
    .force('x', forceX<AsNode>(0).strength(0.03))
    .force('y', forceY<AsNode>(0).strength(0.03));
  // First AS pass through one another, so that none is kept from its place by another.
  simulation.tick(ticks);
  const collide = forceCollide<AsNode>(({ radius }) => room(radius)).iterations(2);
  simulation.alpha(0.3).force('collide', collide).tick(ticks);
  // The springs have had their say: what still overlaps is pushed apart.
  simulation.force('link', null).force('x', null).force('y', null).tick(SEPARATING_TICKS);
  spreadOut(nodes);
  return nodes;
}

/** How many steps the forces take, twice, by the number of AS; and to push AS apart. */
const TICKS_MAX = 150;
const TICKS_MIN = 30;
const SEPARATING_TICKS = 20;

/** Springs between AS: as long as their latency, where the average pair of the map is. */
function linksOf({ as }: RecordingHeader, nodes: readonly AsNode[], mapRadius: number): AsLink[] {
  const { landmarks, latencyMs, parent } = as;
  const links: AsLink[] = [];
  const isLandmark = new Set(landmarks);
  const known = latencyMs.filter((ms) => ms > 0);
  const meanMs = known.reduce((sum, ms) => sum + ms, 0) / known.length;
  // Two points of a disc are 0.9 of its radius apart on average.
  const meanDistance = 0.9 * mapRadius;
  for (let from = 0; from < nodes.length; from++) {
    for (const [i, to] of landmarks.entries()) {
      const isSeenFromThere = isLandmark.has(from) && from > to;
      const ms = latencyMs[from * landmarks.length + i]!;
      if (from === to || isSeenFromThere || !(ms > 0)) continue;
      // One AS behind a satellite must not make all others a dot.
      const distance = meanDistance * Math.min(ms / meanMs, LONGEST);
      links.push({ source: nodes[from]!, target: nodes[to]!, distance });
    }
    const above = parent[from]!;
    if (above < 0 || above === from) continue;
    const distance = (nodes[from]!.radius + nodes[above]!.radius) * (1 + GAP) + GAP_MIN;
    links.push({ source: nodes[from]!, target: nodes[above]!, distance });
  }
  return links;
}

/** The longest spring, in lengths of the average one. */
const LONGEST = 2.5;

/** Makes the map larger until no circles overlap: after the forces, by little or nothing. */
function spreadOut(nodes: readonly AsNode[]): void {
  let factor = 1;
  for (const [i, a] of nodes.entries()) {
    for (let j = 0; j < i; j++) {
      const b = nodes[j]!;
      const reach = a.radius + b.radius + 0.5;
      const x = a.x - b.x;
      const y = a.y - b.y;
      const square = x * x + y * y;
      if (square * factor * factor >= reach * reach) continue;
      factor = reach / Math.max(Math.sqrt(square), 1e-3);
    }
  }
  for (const node of nodes) {
    node.x *= factor;
    node.y *= factor;
  }
}

/** Moves the centre of all circles to the origin. Returns half the side of their square. */
function centre(x: Float32Array, y: Float32Array, radii: Float32Array): number {
  const sides = [x, y].map((places) => {
    let least = Infinity;
    let greatest = -Infinity;
    for (let as = 0; as < radii.length; as++) {
      // An AS without peers is drawn nowhere, but traffic may come from it.
      least = Math.min(least, places[as]! - radii[as]!);
      greatest = Math.max(greatest, places[as]! + radii[as]!);
    }
    const middle = (least + greatest) / 2;
    for (let as = 0; as < radii.length; as++) places[as]! -= middle;
    return (greatest - least) / 2;
  });
  return Math.max(1, ...sides);
}
