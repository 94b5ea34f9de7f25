/**
 * AS, gauges and rings: all are rings, of which some have no hole and some are not full. Each is a
 * strip of parts around a centre, so that no pixel is computed that it does not cover.
 */

import { Copies } from './copies.ts';
import type { Circle } from './target.ts';

/** What is drawn around the centre of a circle. */
export interface Ring {
  readonly circle: Circle;
  /** How far outside the circle it begins and ends, in pixels. A disc has no beginning. */
  readonly fromPx: number | undefined;
  readonly toPx: number;
  /** Red in the lowest byte, then green, blue and alpha. */
  readonly colour: number;
  /** How much of it is full, 0 to 255: clockwise from the top, or upwards. The rest is faint. */
  readonly full?: { readonly amount: number; readonly direction: 'around' | 'up' };
}

/** Into how many straight parts a ring is cut. */
const PARTS = 96;

/** How the full part of a ring grows. */
const AROUND = 0;
const UP = 1;

// The first number of a corner is where it is around the ring, clockwise from the top, from 0 to 1;
// the second is 0 inside and 1 outside.
const VERTEX = `#version 300 es
in vec2 aCorner;
in vec3 aPlace;
in vec2 aReach;
in vec4 aFull;
in vec4 aColour;
uniform mat3 uProjectionMatrix;
uniform mat3 uWorldTransformMatrix;
uniform mat3 uTransformMatrix;
uniform float uScale;
uniform float uPixel;
out float vAround;
out float vHeight;
out float vInside;
out float vOutside;
flat out float vAmount;
flat out float vIsUp;
flat out vec4 vColour;
void main() {
  float radius = aPlace.z * uScale;
  float from = max(0.0, radius + aReach.x);
  float to = max(from, radius + aReach.y);
  // A little beyond its edges, which are smoothed.
  float reach = mix(max(0.0, from - uPixel), to + uPixel, aCorner.y);
  float turn = aCorner.x * 6.2831853;
  vec2 place = vec2(sin(turn), -cos(turn)) * reach;
  vAround = aCorner.x;
  vHeight = to > 0.0 ? 0.5 - 0.5 * place.y / to : 0.0;
  vInside = from > 0.0 ? (reach - from) / uPixel + 0.5 : 1.0;
  vOutside = (to - reach) / uPixel + 0.5;
  vAmount = aFull.x;
  vIsUp = aFull.y * 255.0;
  vColour = vec4(aColour.rgb * aColour.a, aColour.a);
  vec3 point = vec3(aPlace.xy + place / uScale, 1.0);
  point = uProjectionMatrix * (uWorldTransformMatrix * (uTransformMatrix * point));
  gl_Position = vec4(point.xy, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
in float vAround;
in float vHeight;
in float vInside;
in float vOutside;
flat in float vAmount;
flat in float vIsUp;
flat in vec4 vColour;
out vec4 finalColor;
void main() {
  float covered = clamp(vInside, 0.0, 1.0) * clamp(vOutside, 0.0, 1.0);
  float at = vIsUp > 0.5 ? vHeight : vAround;
  finalColor = vColour * (at <= vAmount ? covered : 0.2 * covered);
}`;

/** A layer of rings. */
export class Discs {
  readonly #copies = new Copies({
    name: 'map-discs',
    vertex: VERTEX,
    fragment: FRAGMENT,
    ...shape(),
    columns: [
      { name: 'aPlace', format: 'float32x3' },
      { name: 'aReach', format: 'float32x2' },
      { name: 'aFull', format: 'unorm8x4' },
      { name: 'aColour', format: 'unorm8x4' },
    ],
  });

  get copies(): Copies {
    return this.#copies;
  }

  add({ circle, fromPx, toPx, colour, full }: Ring): void {
    const { at, floats, words } = this.#copies.addRow();
    floats[at] = circle.x;
    floats[at + 1] = circle.y;
    floats[at + 2] = circle.radius;
    floats[at + 3] = fromPx ?? Number.NEGATIVE_INFINITY;
    floats[at + 4] = toPx;
    words[at + 5] = (full?.amount ?? 255) | ((full?.direction === 'up' ? UP : AROUND) << 8);
    words[at + 6] = colour;
  }
}

/** Pairs of corners around, with two triangles between pairs. */
function shape(): { readonly corners: number[]; readonly indices: number[] } {
  const corners: number[] = [];
  const indices: number[] = [];
  for (let part = 0; part <= PARTS; part++) {
    corners.push(part / PARTS, 0, part / PARTS, 1);
    if (part === PARTS) break;
    const first = 2 * part;
    indices.push(first, first + 1, first + 2, first + 1, first + 3, first + 2);
  }
  return { corners, indices };
}
