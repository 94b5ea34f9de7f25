/**
 * Peers. Each is a dot of a shape that says its role. There are thousands, so this does
 * for each pixel as little as it can: browsers without a graphics card draw the map, too.
 */

import { Copies, SQUARE } from './copies.ts';

/** The shapes. */
export const SHAPE = {
  /** A peer. */
  disc: 0,
  /** A leader. */
  diamond: 1,
  /** A cache. */
  square: 2,
} as const;

/** Widths are sent as sixteenths of a pixel. */
const SIXTEENTHS = 16;

const VERTEX = `#version 300 es
in vec2 aCorner;
in vec2 aPlace;
in vec4 aStyle;
in vec4 aFill;
in vec4 aEdge;
uniform mat3 uProjectionMatrix;
uniform mat3 uWorldTransformMatrix;
uniform mat3 uTransformMatrix;
uniform float uScale;
uniform float uPixel;
uniform float uRadius;
out vec2 vPoint;
flat out float vShape;
flat out float vRadius;
flat out float vInner;
flat out float vLevel;
flat out vec4 vFill;
flat out vec4 vEdge;
void main() {
  // All in pixels of the screen, so that what is half a pixel inside is 0.5.
  float radius = uRadius * uScale / uPixel;
  vShape = aStyle.x * 255.0;
  float isDiamond = vShape > 0.5 && vShape < 1.5 ? 1.0 : 0.0;
  vPoint = aCorner * (radius * mix(1.0, 1.35, isDiamond) + 1.0);
  vRadius = radius * (vShape < 0.5 ? 1.0 : vShape < 1.5 ? 0.95 : 0.86);
  vInner = vRadius - aStyle.z * 255.0 / ${SIXTEENTHS}.0 / uPixel - 0.5;
  vLevel = vRadius * (1.0 - 2.0 * aStyle.y) - 0.5;
  vFill = vec4(aFill.rgb * aFill.a, aFill.a);
  vEdge = vec4(aEdge.rgb * aEdge.a, aEdge.a) + vFill * (1.0 - aEdge.a);
  vec3 place = vec3(aPlace + vPoint * uPixel / uScale, 1.0);
  place = uProjectionMatrix * (uWorldTransformMatrix * (uTransformMatrix * place));
  gl_Position = vec4(place.xy, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
in vec2 vPoint;
flat in float vShape;
flat in float vRadius;
flat in float vInner;
flat in float vLevel;
flat in vec4 vFill;
flat in vec4 vEdge;
uniform float uHasLevel;
out vec4 finalColor;
void main() {
  float distance = length(vPoint);
  if (vShape > 0.5) {
    vec2 point = abs(vPoint);
    distance = vShape < 1.5 ? (point.x + point.y) * 0.7071 : max(point.x, point.y);
  }
  vec4 fill = vFill;
  if (uHasLevel > 0.5) fill *= mix(0.2, 1.0, clamp(vPoint.y - vLevel, 0.0, 1.0));
  fill = mix(fill, vEdge, clamp(distance - vInner, 0.0, 1.0));
  finalColor = fill * clamp(vRadius + 0.5 - distance, 0.0, 1.0);
}`;

/** A layer of dots. */
export class Dots {
  readonly #copies = new Copies({
    name: 'map-dots',
    vertex: VERTEX,
    fragment: FRAGMENT,
    ...SQUARE,
    columns: [
      { name: 'aPlace', format: 'float32x2' },
      { name: 'aStyle', format: 'unorm8x4' },
      { name: 'aFill', format: 'unorm8x4' },
      { name: 'aEdge', format: 'unorm8x4' },
    ],
    uniforms: ['uRadius', 'uHasLevel'],
  });

  get copies(): Copies {
    return this.#copies;
  }

  /**
   * Says what all dots have in common: their radius, in units of the map, and whether their inside
   * is filled up to a level that says their progress.
   */
  setLook(radius: number, hasLevel: boolean): void {
    this.#copies.setUniform('uRadius', radius);
    this.#copies.setUniform('uHasLevel', hasLevel ? 1 : 0);
  }

  /**
   * Adds a dot: its place in units of the map, its progress from 0 to 255, the width of its edge in
   * pixels, and its colours: red in the lowest byte, then green, blue and alpha.
   */
  add(
    shape: (typeof SHAPE)[keyof typeof SHAPE],
    x: number,
    y: number,
    progress: number,
    edgePx: number,
    fill: number,
    edge: number,
  ): void {
    const { at, floats, words } = this.#copies.addRow();
    floats[at] = x;
    floats[at + 1] = y;
    words[at + 2] = shape | (progress << 8) | (Math.round(edgePx * SIXTEENTHS) << 16);
    words[at + 3] = fill;
    words[at + 4] = edge;
  }
}
