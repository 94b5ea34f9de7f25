/** Parses YAML, and reports where it is broken. */

import type { Path } from '@cachetorrent/simulator/configuration';
import {
  type Document,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';

import { UserError } from '../user-error.ts';
import type { Locations } from './locations.ts';

/** @throws UserError if `text` is not YAML; `example` is a file of the expected kind */
export function parseYaml(
  file: string,
  text: string,
  example: string,
): { readonly value: unknown; readonly locations: Locations } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    logLevel: 'error',
    // `refuseRepeats` finds them in linear time.
    uniqueKeys: false,
  });
  const locations = new YamlLocations(file, document, lines);
  const [error] = document.errors;
  if (error !== undefined) {
    // The parser reports its own exceptions as mistakes.
    if (/call stack/.test(error.message)) throw new RangeError(error.message);
    const at = locations.ofOffset(error.pos[0]);
    if (error.code === 'MULTIPLE_DOCS') {
      const fix = 'keep one of them, and remove the line "---"';
      throw new UserError({ at, problem: 'has a second document', fix });
    }
    const problem = `is not YAML: ${error.message}`;
    throw new UserError({ at, problem, fix: `see ${example}` });
  }
  refuseRepeats(document, locations);
  return { value: valueOf(document, file), locations };
}

/** A parser would take the last of them, a reader the first. */
function refuseRepeats(document: Document, locations: YamlLocations): void {
  visit(document, {
    Map: (_, { items }: YAMLMap) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? key.value : key;
        if (seen.has(name) && name !== '<<') {
          const at = locations.ofOffset(isNode(key) ? (key.range?.[0] ?? 0) : 0);
          const problem = `${JSON.stringify(String(name))} is given twice`;
          throw new UserError({ at, problem, fix: 'keep one of them' });
        }
        seen.add(name);
      }
    },
  });
}

/** The parser refuses aliases that multiply without end, and `<<` of anything but objects. */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    const problem = `is not YAML: ${(error as Error).message}`;
    const fix =
      error instanceof ReferenceError
        ? 'write fewer aliases (*) of anchors (&)'
        : 'write << before an object, or before an alias (*) of one';
    throw new UserError({ at: file, problem, fix });
  }
}

class YamlLocations implements Locations {
  readonly #file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file;
    this.#document = document;
    this.#lines = lines;
  }

  ofOffset(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#file}:${line}:${col}`;
  }

  ofValue(path: Path): string {
    return this.ofOffset(this.offsetOf(path));
  }

  ofField(path: Path): string {
    const holder = this.#document.getIn(path.slice(0, -1), true) ?? this.#document.contents;
    const items: readonly unknown[] =
      (holder as { readonly items?: unknown[] } | null)?.items ?? [];
    const pair = items.find((item) => isPair(item) && String(item.key) === String(path.at(-1)));
    const key = isPair(pair) && isNode(pair.key) ? pair.key : undefined;
    return this.ofOffset(key?.range?.[0] ?? this.offsetOf(path));
  }

  offsetOf(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const node = this.#document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return this.#document.contents?.range?.[0] ?? 0;
  }
}
