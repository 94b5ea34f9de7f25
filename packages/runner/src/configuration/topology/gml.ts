/**
 * Reads graphs in the Graph Modelling Language (Himsolt 1997), as those of the Internet Topology
 * Zoo, networkx and Shadow: a list of keys and values, which may be lists.
 *
 *     graph [
 *       directed 0
 *       node [ id 0 label "Berlin" Latitude 52.52 Longitude 13.41 ]
 *       edge [ source 0 target 1 latency "15 ms" ]
 *     ]
 */

import { show } from '@cachetorrent/simulator/configuration';

import { UserError } from '../../user-error.ts';
import type { AttributeGraph, GraphEdge, GraphNode } from './attribute-graph.ts';

/** White space and comments, a list's ends, texts, and words: keys and numbers. */
const TOKEN = /(?:\s|#[^\n]*)*(?:([[\]])|"([^"]*)"|([^\s[\]"]+)|$)/y;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Lists in lists are attributes with a longer name, and need not go deeper. */
const DEPTH_MAX = 20;

type Token =
  | { readonly kind: 'open' | 'close' | 'end'; readonly offset: number }
  | { readonly kind: 'text' | 'word'; readonly text: string; readonly offset: number };

/** @throws UserError with the line and column of the first mistake */
export function parseGml(file: string, text: string): AttributeGraph {
  const reader = new GmlReader(file, text);
  reader.read();
  return reader.graph();
}

class GmlReader {
  readonly #file: string;
  readonly #text: string;
  readonly #nodes: GraphNode[] = [];
  readonly #edges: GraphEdge[] = [];
  #directed = 0;
  #graphs = 0;
  #offset = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  graph(): AttributeGraph {
    if (this.#graphs !== 1) {
      const problem = `has ${this.#graphs === 0 ? 'no graph' : 'several graphs'}`;
      const fix = 'write one: graph [ node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 ] ]';
      throw new UserError({ at: this.#file, problem, fix });
    }
    return { isDirected: this.#directed === 1, nodes: this.#nodes, edges: this.#edges };
  }

  read(): void {
    this.#list('end', (key, offset) => {
      if (key !== 'graph') return this.#skip(offset);
      this.#graphs++;
      this.#open(key, offset);
      this.#list('close', (name, at) => {
        if (name === 'node') this.#node(at);
        else if (name === 'edge') this.#edge(at);
        else if (name === 'directed') this.#directed = Number(this.#value(name, at));
        else this.#skip(at);
      });
    });
  }

  #node(offset: number): void {
    const attributes = this.#attributes('node', offset);
    const id = this.#required(attributes, 'node', 'id', offset);
    this.#nodes.push({ id, attributes, at: this.#at(offset) });
  }

  #edge(offset: number): void {
    const attributes = this.#attributes('edge', offset);
    const source = this.#required(attributes, 'edge', 'source', offset);
    const target = this.#required(attributes, 'edge', 'target', offset);
    this.#edges.push({ source, target, attributes, at: this.#at(offset) });
  }

  #required(
    attributes: ReadonlyMap<string, string | number>,
    what: string,
    name: string,
    offset: number,
  ): string {
    const value = attributes.get(name);
    if (value !== undefined) return String(value);
    throw this.#error(offset, `is ${articleOf(what)} without "${name}"`, `add it: ${name} 0`);
  }

  /** The attributes in a list that follows; those of lists in it have the names of both. */
  #attributes(what: string, offset: number): Map<string, string | number> {
    const attributes = new Map<string, string | number>();
    this.#open(what, offset);
    const read = (prefix: string, depth: number): void => {
      this.#list('close', (key, at) => {
        const value = this.#next();
        const name = `${prefix}${key}`;
        if (value.kind === 'open') {
          if (depth === DEPTH_MAX) throw this.#error(at, 'is nested too deeply', 'write it flat');
          read(`${name}.`, depth + 1);
        } else if (!attributes.has(name)) {
          attributes.set(name, this.#scalar(key, value));
        }
      });
    };
    read('', 1);
    return attributes;
  }

  /** Calls `entry` for each key up to the end of a list, or of the file. */
  #list(end: 'close' | 'end', entry: (key: string, offset: number) => void): void {
    for (;;) {
      const token = this.#next();
      if (token.kind === end) return;
      if (token.kind === 'end') {
        const problem = 'ends within a list: the file may have been cut off';
        throw this.#error(token.offset, problem, 'fetch it again, or add the missing "]"');
      }
      if (token.kind !== 'word' || !/^[a-z]\w*$/i.test(token.text)) {
        const problem = `is ${shownToken(token)} where a key must be`;
        throw this.#error(token.offset, problem, 'write a key and a value: id 0');
      }
      entry(token.text, token.offset);
    }
  }

  #open(key: string, offset: number): void {
    if (this.#next().kind === 'open') return;
    throw this.#error(offset, `"${key}" is not followed by a list`, `write ${key} [ … ]`);
  }

  #value(key: string, offset: number): string | number {
    const token = this.#next();
    if (token.kind !== 'open') return this.#scalar(key, token);
    throw this.#error(offset, `"${key}" is a list`, `write a value: ${key} 0`);
  }

  #scalar(key: string, token: Token): string | number {
    if (token.kind === 'text') return unescaped(token.text);
    if (token.kind === 'word' && NUMBER.test(token.text)) return Number(token.text);
    const problem = `is ${shownToken(token)} where the value of "${key}" must be`;
    throw this.#error(token.offset, problem, `write a number, or a text in quotes: ${key} "a"`);
  }

  /** Passes over a value that does not matter, lists in it included. */
  #skip(offset: number): void {
    let depth = 0;
    do {
      const { kind } = this.#next();
      if (kind === 'end') {
        const problem = 'has no value: the file may have been cut off';
        throw this.#error(offset, problem, 'fetch it again');
      }
      if (kind === 'open') depth++;
      else if (kind === 'close') depth--;
    } while (depth > 0);
  }

  #next(): Token {
    TOKEN.lastIndex = this.#offset;
    const match = TOKEN.exec(this.#text);
    if (match === null) {
      const problem = 'begins a text that does not end';
      throw this.#error(this.#text.indexOf('"', this.#offset), problem, 'add the missing quote');
    }
    const [whole, bracket, quoted, word] = match;
    this.#offset = TOKEN.lastIndex;
    const length =
      bracket?.length ?? word?.length ?? (quoted === undefined ? 0 : quoted.length + 2);
    const offset = match.index + whole.length - length;
    if (bracket !== undefined) return { kind: bracket === '[' ? 'open' : 'close', offset };
    if (quoted !== undefined) return { kind: 'text', text: quoted, offset };
    if (word !== undefined) return { kind: 'word', text: word, offset };
    return { kind: 'end', offset };
  }

  #error(offset: number, problem: string, fix: string): UserError {
    return new UserError({ at: this.#at(offset), problem, fix });
  }

  #at(offset: number): string {
    return `${this.#file}:${this.#lineOf(offset)}`;
  }

  /** The last line that was asked for: they are asked for in ascending order. */
  #line = 1;
  #lineStart = 0;

  #lineOf(offset: number): string {
    if (offset < this.#lineStart) {
      this.#line = 1;
      this.#lineStart = 0;
    }
    for (;;) {
      const next = this.#text.indexOf('\n', this.#lineStart);
      if (next === -1 || next >= offset) return `${this.#line}:${offset - this.#lineStart + 1}`;
      this.#line++;
      this.#lineStart = next + 1;
    }
  }
}

function shownToken(token: Token): string {
  if (token.kind === 'text' || token.kind === 'word') return show(token.text);
  return { open: '"["', close: '"]"', end: 'the end of the file' }[token.kind];
}

function articleOf(what: string): string {
  return what === 'edge' ? 'an edge' : `a ${what}`;
}

/** GML writes what is not ASCII as in HTML. */
function unescaped(text: string): string {
  return text
    .replace(/&#(\d{1,6});/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
