/** Reads JSON with comments, and says where it is none. */

import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';

import { UserError } from '../user-error.ts';
import { Places } from './places.ts';

export interface Json {
  readonly tree: Node;
  readonly places: Places;
}

/** What the parser missed, or met, in words, and what to do. By the name of its error. */
const COMPLAINTS: Readonly<Record<string, readonly [problem: string, fix: string]>> = {
  InvalidSymbol: ['has a word that is no value', 'use a number, true, false, or "text" in quotes'],
  InvalidNumberFormat: ['has a number that is none', 'write it as 1000, 0.5 or 1e3'],
  PropertyNameExpected: ['lacks the name of a field', 'write it in double quotes: "pieces": 1000'],
  ValueExpected: ['lacks a value', 'put a number, "text", [list] or {object} here'],
  ColonExpected: ['lacks a colon', 'put a ":" between the name of a field and its value'],
  CommaExpected: ['lacks a comma', 'put a "," before this'],
  CloseBraceExpected: ['lacks a closing brace', 'put a "}" where the object ends'],
  CloseBracketExpected: ['lacks a closing bracket', 'put a "]" where the list ends'],
  EndOfFileExpected: ['goes on after its end', 'leave one object in the file, and comments'],
  InvalidCommentToken: ['has a comment that is none', 'begin a comment with //'],
  UnexpectedEndOfComment: ['has a comment that does not end', 'end it with */'],
  UnexpectedEndOfString: ['has a text that does not end', 'put a double quote at its end'],
  UnexpectedEndOfNumber: ['has a number that breaks off', 'write it as 1000, 0.5 or 1e3'],
  InvalidUnicode: ['has a broken \\u escape', 'write four hexadecimal digits after it'],
  InvalidEscapeCharacter: ['has a broken escape', 'write \\\\ for a backslash'],
  InvalidCharacter: ['has a control character in a text', 'remove it'],
};

/** @throws UserMistake where `text` is not JSON, or names a field of an object twice */
export function parseJson(file: string, text: string): Json {
  // Byte order marks are how some editors begin a file; they count as space.
  const plain = text.replace(/^\uFEFF/, ' ');
  const errors: ParseError[] = [];
  const tree = parseTree(plain, errors, { allowTrailingComma: true });
  const places = new Places(file, plain, tree);
  if (plain.trim() === '') {
    const fix = 'write a configuration into it; examples/configs/small.json is one';
    throw new UserError({ at: file, problem: 'is empty', fix });
  }
  const [error] = errors;
  if (error !== undefined || tree === undefined) throw notJson(places, error);
  refuseRepeats(tree, places);
  return { tree, places };
}

function notJson(places: Places, error: ParseError | undefined): UserError {
  const code = error === undefined ? 'ValueExpected' : printParseErrorCode(error.error);
  const [problem, fix] = COMPLAINTS[code] ?? [`is broken (${code})`, 'mend it'];
  return new UserError({
    at: places.ofOffset(error?.offset ?? 0),
    problem: `is not JSON: it ${problem}`,
    fix,
  });
}

/** Parsers take the last of them, people see the first. */
function refuseRepeats(node: Node, places: Places): void {
  const seen = new Set<string>();
  for (const child of node.children ?? []) {
    if (child.type === 'property') {
      const name = String(child.children![0]!.value);
      if (seen.has(name)) {
        const at = places.ofOffset(child.offset);
        throw new UserError({ at, problem: `"${name}" stands here again`, fix: 'keep one' });
      }
      seen.add(name);
    }
    refuseRepeats(child, places);
  }
}
