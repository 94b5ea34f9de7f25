/** What somebody has typed to look up messages, and the query that it stands for. */

import type { RecordingHeader } from '@cachetorrent/recording';

import type { MessageQuery } from '../../src/messages.ts';
import { parsePeer } from '../panels/sentences.ts';

/** The fields as they are typed; an empty one stands for all. */
export interface TypedQuery {
  /** From when on, in s. */
  readonly from: string;
  /** The name of an AS, or its id. */
  readonly as: string;
  /** The number of a peer; 0 or `tracker` is the tracker. */
  readonly peer: string;
  readonly kind: string;
}

/** A query without what depends on the page. */
export type MessageFilter = Omit<MessageQuery, 'limit' | 'after'>;

/** The query, or what is wrong with which field. */
export type ParsedQuery =
  | { readonly filter: MessageFilter }
  | { readonly field: keyof TypedQuery; readonly problem: string };

/** The query that the typed fields stand for. */
export function parseQuery(typed: TypedQuery, header: RecordingHeader): ParsedQuery {
  const from = typed.from.trim().replace(/\s*s$/, '').replaceAll(',', '');
  const fromMs = from === '' ? 0 : Math.round(Number(from) * 1e6) / 1e3;
  if (!(fromMs >= 0 && fromMs < Infinity)) {
    const problem = `"${typed.from.trim()}" is no time: type seconds, such as 12.5.`;
    return { field: 'from', problem };
  }
  const as = typed.as.trim() === '' ? undefined : findAs(typed.as.trim(), header.as.name);
  if (as !== undefined && as < 0) {
    const problem = `There is no AS ${typed.as.trim()}: type a name as in the table of AS.`;
    return { field: 'as', problem };
  }
  const peer = parseNode(typed.peer, header.peers.as.length);
  if (peer !== undefined && 'problem' in peer) return { field: 'peer', problem: peer.problem };
  return {
    filter: {
      fromMs,
      ...(as === undefined ? {} : { as }),
      ...(peer === undefined ? {} : { peer: peer.peer }),
      ...(typed.kind === '' ? {} : { kind: typed.kind }),
    },
  };
}

/** The AS with a name, in any case if there is no other, or with an id; -1 if there is none. */
function findAs(text: string, names: readonly string[]): number {
  const exact = names.indexOf(text);
  if (exact >= 0) return exact;
  const wanted = text.toLowerCase();
  const similar = names.findIndex((name) => name.toLowerCase() === wanted);
  if (similar >= 0 || !/^\d+$/.test(text)) return similar;
  return Number(text) < names.length ? Number(text) : -1;
}

function parseNode(text: string, nodes: number): ReturnType<typeof parsePeer> | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (trimmed === '0' || trimmed.toLowerCase() === 'tracker') return { peer: 0 };
  return parsePeer(trimmed, nodes);
}
