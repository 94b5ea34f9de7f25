/**
 * The files that describe the network of a configuration. The simulator reads no files, so their
 * names are replaced by what they say before a configuration is resolved.
 */

import { hash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';

import { SwarmError } from '@cachetorrent/simulator';
import {
  checkRelationships,
  COORDINATES,
  LATENCY_ATTRIBUTE,
  type NetworkFileConfig,
  type UsersFileConfig,
} from '@cachetorrent/simulator/configuration';

import { UserError } from '../../user-error.ts';
import { textNowOf } from '../parse.ts';
import { type AttributeNames, graphData } from './attribute-graph.ts';
import type { NetworkData } from './data.ts';
import { parseGml } from './gml.ts';
import { parseGraphml } from './graphml.ts';
import { parseLatencyTable } from './latency-table.ts';
import { unpacked } from './unpacked.ts';
import { parseUsersTable, type UsersRow } from './users-table.ts';

const EXAMPLES = 'docs/networks.md';

/** A name, or a name and the hash that the text must have. */
interface Reference {
  readonly name: string;
  readonly sha256?: string;
}

/** Reads the files that are named relative to a folder, each once. */
export class NetworkFiles {
  readonly #folder: string;
  readonly #texts = new Map<string, { readonly text: string; readonly sha256: string }>();
  readonly #networks = new Map<string, NetworkData>();
  readonly #users = new Map<string, readonly UsersRow[]>();

  /** `folder` is that of the configuration. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws UserError if it cannot be read, or describes no network of this kind */
  network(
    reference: Reference,
    kind: NetworkData['kind'],
    names: AttributeNames,
  ): NetworkFileConfig {
    const { file, text, sha256 } = this.#read(reference);
    const id = JSON.stringify([file, kind, names]);
    const network = this.#networks.get(id) ?? networkIn(file, text, kind, names);
    this.#networks.set(id, network);
    return { name: reference.name, sha256, network };
  }

  /** @throws UserError if it cannot be read, or is not a table of users */
  users(reference: Reference): UsersFileConfig {
    const { file, text, sha256 } = this.#read(reference);
    const rows = this.#users.get(file) ?? parseUsersTable(file, text);
    this.#users.set(file, rows);
    return { name: reference.name, sha256, rows };
  }

  #read({ name, sha256: expected }: Reference): {
    readonly file: string;
    readonly text: string;
    readonly sha256: string;
  } {
    const file = isAbsolute(name) ? name : join(this.#folder, name);
    let read = this.#texts.get(file);
    if (read === undefined) {
      const text = textNowOf(file, EXAMPLES, (of, bytes) => unpacked(of, bytes)).replace(
        /^\uFEFF/,
        '',
      );
      read = { text, sha256: hash('sha256', text, 'hex') };
      this.#texts.set(file, read);
    }
    if (expected !== undefined && expected.toLowerCase() !== read.sha256) {
      const problem = `is not the file that the configuration names: its hash is ${read.sha256}`;
      const fix = 'name the file that has the hash "sha256", or remove "sha256"';
      throw new UserError({ at: file, problem, fix });
    }
    return { file, ...read };
  }
}

function networkIn(
  file: string,
  text: string,
  kind: NetworkData['kind'],
  names: AttributeNames,
): NetworkData {
  switch (kind) {
    case 'relationships':
      checkText(text, file);
      return { kind, text };
    case 'table':
      return parseLatencyTable(file, text);
    case 'graph': {
      const isXml = text.trimStart().startsWith('<');
      return graphData(file, isXml ? parseGraphml(file, text) : parseGml(file, text), names);
    }
  }
}

/** Finds mistakes where they are. */
function checkText(text: string, file: string): void {
  try {
    checkRelationships(text, file);
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    const { at, problem, fix } = error;
    throw new UserError({ at, problem, fix });
  }
}

/** What of a configuration is read before its types are checked. */
interface Untyped {
  readonly network?: unknown;
  readonly topology?: unknown;
  readonly topologyFile?: unknown;
  readonly latencyAttribute?: unknown;
  readonly coordinates?: unknown;
  readonly hosts?: unknown;
  readonly users?: unknown;
}

const KINDS: ReadonlySet<unknown> = new Set(['relationships', 'table', 'graph']);

/**
 * Puts what the files of a network say in place of their names. What is no configuration stays as
 * it is.
 *
 * @throws UserError if a file does not describe a network, or has no table of users
 */
export function withNetworkFiles(value: unknown, files: NetworkFiles): unknown {
  const network = ((value ?? {}) as Untyped).network as Untyped | undefined;
  if (typeof network !== 'object' || network === null) return value;
  const { topology, topologyFile, hosts } = network;
  const described = KINDS.has(topology) ? referenceIn(topologyFile, 'network') : undefined;
  const users =
    described !== undefined && typeof hosts === 'object' && hosts !== null
      ? referenceIn((hosts as Untyped).users, 'rows')
      : undefined;
  if (described === undefined) return value;
  const names = attributeNamesIn(network);
  return {
    ...(value as object),
    network: {
      ...network,
      topologyFile: files.network(described, topology as NetworkData['kind'], names),
      ...(users === undefined
        ? {}
        : { hosts: { ...(hosts as object), users: files.users(users) } }),
    },
  };
}

/** A file whose content, the field `content`, is not known yet. */
function referenceIn(value: unknown, content: string): Reference | undefined {
  if (typeof value === 'string') return value === '' ? undefined : { name: value };
  if (typeof value !== 'object' || value === null || Object.hasOwn(value, content))
    return undefined;
  const { name, sha256 } = value as Partial<Reference>;
  if (typeof name !== 'string' || name === '') return undefined;
  return { name, ...(typeof sha256 === 'string' ? { sha256 } : {}) };
}

/** A complete configuration has the defaults, which stand for all usual names. */
function attributeNamesIn({ latencyAttribute, coordinates }: Untyped): AttributeNames {
  const isPair =
    Array.isArray(coordinates) &&
    coordinates.length === 2 &&
    coordinates.every((name) => typeof name === 'string') &&
    coordinates.some((name, i) => name !== COORDINATES[i]);
  return {
    ...(typeof latencyAttribute === 'string' && latencyAttribute !== LATENCY_ATTRIBUTE
      ? { latency: latencyAttribute }
      : {}),
    ...(isPair ? { coordinates: coordinates as [string, string] } : {}),
  };
}
