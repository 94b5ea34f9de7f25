/** Where things stand in a text: `FILE:LINE:COLUMN`, both from 1, as editors have it. */

import { findNodeAtLocation, type JSONPath, type Node } from 'jsonc-parser';

/** Tells where the values of a configuration were written, whatever it was read from. */
export interface Whereabouts {
  /** Of the value at `path`; where there is none, of the innermost value that would hold it. */
  ofValue(path: JSONPath): string;
  /** Of the name of the field at `path`. */
  ofField(path: JSONPath): string;
  /** What stands further on has a greater one. */
  offsetOf(path: JSONPath): number;
}

export class Places implements Whereabouts {
  readonly #file: string;
  readonly #text: string;
  readonly #tree: Node | undefined;

  /** `tree` is what `text` was parsed to, if it could be. */
  constructor(file: string, text: string, tree: Node | undefined) {
    this.#file = file;
    this.#text = text;
    this.#tree = tree;
  }

  get file(): string {
    return this.#file;
  }

  ofOffset(offset: number): string {
    const before = this.#text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - before.lastIndexOf('\n');
    return `${this.#file}:${line}:${column}`;
  }

  ofValue(path: JSONPath): string {
    return this.ofOffset(this.offsetOf(path));
  }

  ofField(path: JSONPath): string {
    const value = this.#find(path);
    return this.ofOffset(value?.parent?.type === 'property' ? value.parent.offset : 0);
  }

  offsetOf(path: JSONPath): number {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#find(path.slice(0, length));
      if (node !== undefined) return node.offset;
    }
    return 0;
  }

  #find(path: JSONPath): Node | undefined {
    return this.#tree && findNodeAtLocation(this.#tree, [...path]);
  }
}
