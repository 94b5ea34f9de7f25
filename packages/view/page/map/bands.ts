/** Curved bands with the head of an arrow, or lines without, drawn as copies of one strip. */

import { Copies } from './copies.ts';
import type { Curve } from './traffic.ts';

/** What is drawn. */
export interface Band {
  readonly curve: Curve;
  readonly widthPx: number;
  /** The length of the head, in pixels: 0 for none. */
  readonly headPx: number;
  /** Red in the lowest byte, then green, blue and alpha. */
  readonly colour: number;
}

/** Into how many straight parts a curve is cut. */
const PARTS = 24;

// The first number of a corner is where it is along the band: 0 to 1, 1.5 where the head begins,
// and 2 at its tip. The second is its side.
const VERTEX = `#version 300 es
in vec2 aCorner;
in vec2 aFrom;
in vec2 aBend;
in vec2 aTo;
in vec2 aSize;
in vec4 aColour;
uniform mat3 uProjectionMatrix;
uniform mat3 uWorldTransformMatrix;
uniform mat3 uTransformMatrix;
uniform float uScale;
uniform float uPixel;
out float vAside;
out float vHalf;
out float vAlong;
flat out float vIsArrow;
flat out vec4 vColour;
void main() {
  float lengthPx = max(1.0, (distance(aFrom, aBend) + distance(aBend, aTo)) * uScale);
  float head = min(0.5, aSize.y / lengthPx);
  float bodyEnd = 1.0 - head;
  float along = bodyEnd;
  float halfWidth = aSize.x * 0.5;
  if (aCorner.x < 1.25) {
    along = aCorner.x * bodyEnd;
  } else if (aCorner.x < 1.75) {
    halfWidth = aSize.x * 0.5 + aSize.y * 0.35;
  } else {
    along = 1.0;
    halfWidth = aSize.y > 0.0 ? 0.0 : halfWidth;
  }
  float rest = 1.0 - along;
  vec2 place = rest * rest * aFrom + 2.0 * rest * along * aBend + along * along * aTo;
  vec2 tangent = rest * (aBend - aFrom) + along * (aTo - aBend);
  vec2 normal = length(tangent) > 0.0 ? normalize(vec2(-tangent.y, tangent.x)) : vec2(0.0);
  vAside = aCorner.y * (halfWidth + uPixel);
  vHalf = halfWidth;
  vAlong = along;
  vIsArrow = aSize.y > 0.0 ? 1.0 : 0.0;
  vColour = aColour;
  place += normal * vAside / uScale;
  vec3 point = vec3(place, 1.0);
  point = uProjectionMatrix * (uWorldTransformMatrix * (uTransformMatrix * point));
  gl_Position = vec4(point.xy, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
in float vAside;
in float vHalf;
in float vAlong;
flat in float vIsArrow;
flat in vec4 vColour;
uniform float uPixel;
out vec4 finalColor;
void main() {
  float alpha = vColour.a * clamp((vHalf - abs(vAside)) / uPixel + 0.5, 0.0, 1.0);
  alpha *= mix(1.0, mix(0.4, 1.0, vAlong), vIsArrow);
  finalColor = vec4(vColour.rgb * alpha, alpha);
}`;

/** A layer of bands. */
export class Bands {
  readonly #copies = new Copies({
    name: 'map-bands',
    vertex: VERTEX,
    fragment: FRAGMENT,
    ...shape(),
    columns: [
      { name: 'aFrom', format: 'float32x2' },
      { name: 'aBend', format: 'float32x2' },
      { name: 'aTo', format: 'float32x2' },
      { name: 'aSize', format: 'float32x2' },
      { name: 'aColour', format: 'unorm8x4' },
    ],
  });

  get copies(): Copies {
    return this.#copies;
  }

  add({ curve, widthPx, headPx, colour }: Band): void {
    const { at, floats, words } = this.#copies.addRow();
    floats[at] = curve.fromX;
    floats[at + 1] = curve.fromY;
    floats[at + 2] = curve.bendX;
    floats[at + 3] = curve.bendY;
    floats[at + 4] = curve.toX;
    floats[at + 5] = curve.toY;
    floats[at + 6] = widthPx;
    floats[at + 7] = headPx;
    words[at + 8] = colour;
  }
}

/** Pairs of corners along the body, then those of the head, with two triangles between pairs. */
function shape(): { readonly corners: number[]; readonly indices: number[] } {
  const places = Array.from({ length: PARTS + 1 }, (_, i) => i / PARTS);
  places.push(1.5, 2);
  const corners = places.flatMap((along) => [along, -1, along, 1]);
  const indices: number[] = [];
  for (let pair = 0; pair + 1 < places.length; pair++) {
    const first = 2 * pair;
    indices.push(first, first + 1, first + 2, first + 1, first + 3, first + 2);
  }
  return { corners, indices };
}
