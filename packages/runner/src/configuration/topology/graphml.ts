/**
 * Reads graphs in GraphML (Brandes et al. 2002), as those of the Internet Topology Zoo, networkx
 * and earlier versions of Shadow. Keys declare attributes, which nodes and edges have as data:
 *
 *     <key id="d0" for="edge" attr.name="latency" attr.type="double" />
 *     <graph edgedefault="undirected">
 *       <node id="a" /> <node id="b" />
 *       <edge source="a" target="b"><data key="d0">15</data></edge>
 *     </graph>
 */

import { show } from '@cachetorrent/simulator/configuration';
import { SaxesParser } from 'saxes';

import { UserError } from '../../user-error.ts';
import type { AttributeGraph, GraphEdge, GraphNode } from './attribute-graph.ts';

interface Key {
  readonly name: string;
  /** Nodes, edges, or both. */
  readonly of: string;
  default?: string;
}

/** What is being read: a node or an edge, and the data in it. */
interface Element {
  readonly tag: 'node' | 'edge';
  readonly xml: Readonly<Record<string, string>>;
  readonly attributes: Map<string, string | number>;
  readonly at: string;
}

/** @throws UserError with the line and column of the first mistake */
export function parseGraphml(file: string, text: string): AttributeGraph {
  return new GraphmlReader(file).read(text);
}

class GraphmlReader {
  readonly #file: string;
  readonly #parser = new SaxesParser({ position: true });
  readonly #keys = new Map<string, Key>();
  readonly #nodes: GraphNode[] = [];
  readonly #edges: GraphEdge[] = [];
  #graphs = 0;
  #isDirected = false;
  #element: Element | undefined;
  #key: Key | undefined;
  /** The text of the data that is being read. */
  #text = '';
  /** Where the present tag begins. */
  #at = '';

  constructor(file: string) {
    this.#file = file;
    this.#parser.on('error', (error) => {
      const what = error.message.replace(/^\d+:\d+: /, '').replace(/\.$/, '');
      const problem = `is not XML: ${what}`;
      const fix = 'correct it, or fetch it again if it was cut off';
      throw new UserError({ at: this.#here(), problem, fix });
    });
    this.#parser.on('opentagstart', () => {
      this.#at = this.#here();
    });
    this.#parser.on('opentag', ({ name, attributes }) =>
      this.#open(localName(name), attributes as Record<string, string>),
    );
    this.#parser.on('text', (text) => {
      this.#text += text;
    });
    this.#parser.on('cdata', (text) => {
      this.#text += text;
    });
    this.#parser.on('closetag', ({ name }) => this.#close(localName(name)));
  }

  read(text: string): AttributeGraph {
    this.#parser.write(text).close();
    if (this.#graphs === 0) {
      const fix = 'name a file that begins with <graphml> and has a <graph>';
      throw new UserError({ at: this.#file, problem: 'has no graph', fix });
    }
    return { isDirected: this.#isDirected, nodes: this.#nodes, edges: this.#edges };
  }

  #open(tag: string, xml: Readonly<Record<string, string>>): void {
    switch (tag) {
      case 'graph':
        if (this.#graphs++ > 0) {
          const problem = 'is a second graph';
          throw new UserError({ at: this.#at, problem, fix: 'keep one, without graphs in nodes' });
        }
        this.#isDirected = xml['edgedefault'] === 'directed';
        return;
      case 'key': {
        const { id = '', for: of = 'all', 'attr.name': name = id } = xml;
        this.#key = { name, of };
        this.#keys.set(id, this.#key);
        return;
      }
      case 'hyperedge': {
        const problem = 'joins more than two nodes';
        throw new UserError({ at: this.#at, problem, fix: 'write an edge for each two of them' });
      }
      case 'node':
      case 'edge':
        this.#element = { tag, xml, attributes: new Map(), at: this.#at };
        return;
      case 'data':
      case 'default':
        this.#text = '';
        if (tag === 'data') this.#key = this.#keys.get(xml['key'] ?? '');
    }
  }

  #close(tag: string): void {
    if (tag === 'default' && this.#key !== undefined) this.#key.default = this.#text.trim();
    if (tag === 'key') this.#key = undefined;
    if (tag === 'data' && this.#element !== undefined && this.#key !== undefined) {
      this.#element.attributes.set(this.#key.name, this.#text.trim());
    }
    if (tag !== 'node' && tag !== 'edge') return;
    const element = this.#element;
    if (element === undefined) return;
    this.#addDefaults(element);
    const { attributes, at } = element;
    if (tag === 'node') {
      this.#nodes.push({ id: this.#required(element, 'id'), attributes, at });
    } else {
      const source = this.#required(element, 'source');
      this.#edges.push({ source, target: this.#required(element, 'target'), attributes, at });
    }
    this.#element = undefined;
  }

  #addDefaults({ tag, attributes }: Element): void {
    for (const { name, of, default: value } of this.#keys.values()) {
      if (value === undefined || attributes.has(name) || (of !== tag && of !== 'all')) continue;
      attributes.set(name, value);
    }
  }

  #required({ tag, xml, at }: Element, name: string): string {
    const value = xml[name];
    if (value !== undefined && value !== '') return value;
    const problem = `<${tag}> has ${value === undefined ? 'no' : show(value)} "${name}"`;
    throw new UserError({ at, problem, fix: `write it: <${tag} ${name}="a">` });
  }

  #here(): string {
    const { line, column } = this.#parser;
    return `${this.#file}:${line}:${column}`;
  }
}

/** Some files have a prefix for the namespace. */
function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
