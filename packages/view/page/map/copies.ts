/**
 * Many copies of one small shape, each with numbers of its own, in one mesh of PixiJS. A copy is a
 * row; its numbers are repeated for each corner of its shape. (Instances would not need that, but
 * browsers without a graphics card draw them one by one: for thousands of dots, ten times slower.)
 */

import { Buffer, BufferUsage, Geometry, GlProgram, Mesh, Shader, UniformGroup } from 'pixi.js';

/** A column of a row: its name in the shader, and what it is. */
export interface CopyColumn {
  readonly name: string;
  readonly format: 'float32x2' | 'float32x3' | 'unorm8x4';
}

/** What is drawn for each row. */
export interface CopyOptions {
  readonly name: string;
  readonly vertex: string;
  readonly fragment: string;
  /** The corners of the shape, two numbers each: the attribute `aCorner`. */
  readonly corners: readonly number[];
  /** The corners of its triangles. */
  readonly indices: readonly number[];
  readonly columns: readonly CopyColumn[];
  /** Further uniforms of the shaders. */
  readonly uniforms?: readonly string[];
}

/** A square from -1 to 1 as the shape of `CopyOptions`. */
export const SQUARE = {
  corners: [-1, -1, 1, -1, 1, 1, -1, 1],
  indices: [0, 1, 2, 0, 2, 3],
} as const;

const WORDS = { float32x2: 2, float32x3: 3, unorm8x4: 1 } as const;

const ROWS_AT_FIRST = 64;

/** A mesh of copies. A row has its columns in order, in words of 32 bits. */
export class Copies {
  readonly mesh: Mesh<Geometry, Shader>;
  readonly #corners: readonly number[];
  readonly #indices: readonly number[];
  readonly #wordsPerRow: number;
  readonly #geometry: Geometry;
  readonly #cornerBuffer = buffer(BufferUsage.VERTEX);
  readonly #rowBuffer = buffer(BufferUsage.VERTEX);
  readonly #uniforms: UniformGroup;
  /** The rows as they are added, as numbers and as words. */
  #floats: Float32Array;
  #words: Uint32Array;
  #rows = 0;
  /** How many rows the buffers have room for. */
  #capacity = 0;
  /** The rows, each repeated for every corner. */
  #repeated = new Uint32Array(0);

  constructor({ name, vertex, fragment, corners, indices, columns, ...more }: CopyOptions) {
    this.#corners = corners;
    this.#indices = indices;
    this.#wordsPerRow = columns.reduce((sum, { format }) => sum + WORDS[format], 0);
    this.#floats = new Float32Array(this.#wordsPerRow * ROWS_AT_FIRST);
    this.#words = new Uint32Array(this.#floats.buffer);
    this.#geometry = new Geometry({
      attributes: { aCorner: { buffer: this.#cornerBuffer, format: 'float32x2' } },
      indexBuffer: buffer(BufferUsage.INDEX),
    });
    let offset = 0;
    for (const column of columns) {
      const stride = 4 * this.#wordsPerRow;
      const { format } = column;
      const attribute = { buffer: this.#rowBuffer, format, stride, offset };
      this.#geometry.addAttribute(column.name, attribute);
      offset += 4 * WORDS[format];
    }
    const uniforms = ['uScale', 'uPixel', ...(more.uniforms ?? [])];
    this.#uniforms = new UniformGroup(
      Object.fromEntries(uniforms.map((uniform) => [uniform, { value: 1, type: 'f32' } as const])),
    );
    this.mesh = new Mesh({
      geometry: this.#geometry,
      shader: new Shader({
        // Both shaders use the same uniforms, which must be as precise in both.
        glProgram: GlProgram.from({ name, vertex, fragment, preferredFragmentPrecision: 'highp' }),
        resources: { uniforms: this.#uniforms },
      }),
    });
  }

  /** Says how many pixels a unit of the map has, and how large a dot of the screen is in them. */
  setScale(scale: number, pixel: number): void {
    this.setUniform('uScale', scale);
    this.setUniform('uPixel', pixel);
  }

  setUniform(name: string, value: number): void {
    this.#uniforms.uniforms[name] = value;
    this.#uniforms.update();
  }

  /** Forgets all rows. */
  clear(): void {
    this.#rows = 0;
  }

  /** Adds a row, and returns where it is: its place among the words and its columns to fill. */
  addRow(): { readonly at: number; readonly floats: Float32Array; readonly words: Uint32Array } {
    const at = this.#rows * this.#wordsPerRow;
    if (at === this.#floats.length) this.#grow();
    this.#rows += 1;
    return { at, floats: this.#floats, words: this.#words };
  }

  /** Draws the rows that have been added, from the next picture on. */
  commit(): void {
    this.mesh.visible = this.#rows > 0;
    if (this.#rows === 0) return;
    const capacity = this.#floats.length / this.#wordsPerRow;
    const hasGrown = capacity > this.#capacity;
    if (hasGrown) this.#makeRoom(capacity);
    const corners = this.#corners.length / 2;
    const wordsPerRow = this.#wordsPerRow;
    const words = this.#words;
    const repeated = this.#repeated;
    let next = 0;
    for (let row = 0; row < this.#rows; row++) {
      const start = row * wordsPerRow;
      for (let corner = 0; corner < corners; corner++) {
        for (let word = 0; word < wordsPerRow; word++) repeated[next++] = words[start + word]!;
      }
    }
    if (hasGrown) this.#rowBuffer.data = repeated;
    else this.#rowBuffer.update(4 * next);
    this.#geometry.indexCount = this.#rows * this.#indices.length;
  }

  destroy(): void {
    const { shader } = this.mesh;
    this.mesh.destroy();
    shader?.destroy();
    this.#geometry.destroy(true);
  }

  #grow(): void {
    const floats = new Float32Array(this.#floats.length * 2);
    floats.set(this.#floats);
    this.#floats = floats;
    this.#words = new Uint32Array(floats.buffer);
  }

  /** Makes the buffers as large as so many rows need. */
  #makeRoom(capacity: number): void {
    const corners = this.#corners.length / 2;
    const places = new Float32Array(capacity * this.#corners.length);
    const indices = new Uint32Array(capacity * this.#indices.length);
    for (let row = 0; row < capacity; row++) {
      places.set(this.#corners, row * this.#corners.length);
      for (let i = 0; i < this.#indices.length; i++) {
        indices[row * this.#indices.length + i] = row * corners + this.#indices[i]!;
      }
    }
    this.#cornerBuffer.data = places;
    this.#geometry.indexBuffer.data = indices;
    this.#repeated = new Uint32Array(capacity * corners * this.#wordsPerRow);
    this.#capacity = capacity;
  }
}

function buffer(usage: number): Buffer {
  const data = new Uint32Array(0);
  return new Buffer({ data, usage: usage | BufferUsage.COPY_DST, shrinkToFit: false });
}
