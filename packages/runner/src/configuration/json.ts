/** Parses JSON with comments, and reports where it is broken. */

import type { Path } from '@cachetorrent/simulator/configuration';
import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

import { UserError } from '../user-error.ts';
import type { Locations } from './locations.ts';

export interface Json {
  readonly tree: Node;
  readonly locations: JsonLocations;
}

/** The problem and the fix for each error of the parser, by its name. */
const PROBLEMS: Readonly<Record<string, readonly [problem: string, fix: string]>> = {
  InvalidSymbol: [
    'has a word that is not a value',
    'use a number, true, false, or "text" in quotes',
  ],
  InvalidNumberFormat: ['has a malformed number', 'write it as 1000, 0.5 or 1e3'],
  PropertyNameExpected: ['lacks the name of a field', 'write it in double quotes: "pieces": 1000'],
  ValueExpected: ['lacks a value', 'put a number, "text", [list] or {object} here'],
  ColonExpected: ['lacks a colon', 'put a ":" between the name of a field and its value'],
  CommaExpected: ['lacks a comma', 'put a "," before this'],
  CloseBraceExpected: ['lacks a closing brace', 'put a "}" where the object ends'],
  CloseBracketExpected: ['lacks a closing bracket', 'put a "]" where the list ends'],
  EndOfFileExpected: ['continues after its end', 'keep one object, and comments'],
  InvalidCommentToken: ['has a malformed comment', 'begin a comment with //'],
  UnexpectedEndOfComment: ['has an unterminated comment', 'end it with */'],
  UnexpectedEndOfString: ['has an unterminated text', 'put a double quote at its end'],
  UnexpectedEndOfNumber: ['has an incomplete number', 'write it as 1000, 0.5 or 1e3'],
  InvalidUnicode: ['has an invalid \\u escape', 'write four hexadecimal digits after it'],
  InvalidEscapeCharacter: ['has an invalid escape', 'write \\\\ for a backslash'],
  InvalidCharacter: ['has a control character in a text', 'remove it'],
};

/** @throws UserError if `text` is not JSON, or names a field of an object twice */
export function parseJson(file: string, text: string): Json {
  // Some editors begin a file with a byte order mark; it counts as space.
  const plain = text.replace(/^\uFEFF/, ' ');
  const errors: ParseError[] = [];
  const tree = parseTree(plain, errors, { allowTrailingComma: true });
  const locations = new JsonLocations(file, plain, tree);
  const [error] = errors;
  if (error !== undefined || tree === undefined) throw notJson(locations, error);
  refuseFields(tree, locations);
  return { tree, locations };
}

function notJson(locations: JsonLocations, error: ParseError | undefined): UserError {
  const code = error === undefined ? 'ValueExpected' : printParseErrorCode(error.error);
  const [problem, fix] = PROBLEMS[code] ?? [`is broken (${code})`, 'correct it'];
  return new UserError({
    at: locations.ofOffset(error?.offset ?? 0),
    problem: `is not JSON: it ${problem}`,
    fix,
  });
}

/**
 * Of two fields with one name, a parser would take the last, a reader the first. `__proto__` would
 * not become a field.
 */
function refuseFields(node: Node, locations: JsonLocations): void {
  const seen = new Set<string>();
  for (const child of node.children ?? []) {
    if (child.type === 'property') {
      const name = String(child.children![0]!.value);
      const at = () => locations.ofOffset(child.offset);
      if (seen.has(name)) {
        const problem = `${JSON.stringify(name)} is given twice`;
        throw new UserError({ at: at(), problem, fix: 'keep one of them' });
      }
      if (name === '__proto__') {
        throw new UserError({ at: at(), problem: `there is no field "${name}"`, fix: 'remove it' });
      }
      seen.add(name);
    }
    refuseFields(child, locations);
  }
}

class JsonLocations implements Locations {
  readonly #file: string;
  readonly #text: string;
  readonly #tree: Node | undefined;

  /** `tree` is the syntax tree of `text`, if it could be parsed. */
  constructor(file: string, text: string, tree: Node | undefined) {
    this.#file = file;
    this.#text = text;
    this.#tree = tree;
  }

  ofOffset(offset: number): string {
    const before = this.#text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - before.lastIndexOf('\n');
    return `${this.#file}:${line}:${column}`;
  }

  ofValue(path: Path): string {
    return this.ofOffset(this.offsetOf(path));
  }

  ofField(path: Path): string {
    const value = this.#find(path);
    return this.ofOffset(value?.parent?.type === 'property' ? value.parent.offset : 0);
  }

  offsetOf(path: Path): number {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#find(path.slice(0, length));
      if (node !== undefined) return node.offset;
    }
    return 0;
  }

  #find(path: Path): Node | undefined {
    return this.#tree && findNodeAtLocation(this.#tree, [...path]);
  }
}
