/**
 * The chokes and unchokes that the peers of one AS send to peers of others, under the rules of the
 * original: most of them are repeated, and those that certainly have no effect are not delivered
 * (`protocol/src/tables/repeated-chokes.ts`).
 *
 * Every message to another AS is reported, because it may be the reason why the next choke has an
 * effect.
 */

import type { Connection } from '@cachetorrent/protocol';
import { type PeerTables, RepeatedChokes } from '@cachetorrent/protocol/internal';

import type { ActorContext } from '../../engine/behaviour.ts';
import * as kinds from '../event-kinds.ts';
import type { Plan } from '../plan/plan.ts';
import { AS_ID, REMOTE_PEER, type RemoteEndpoints } from './remote-endpoints.ts';

export class SentChokes {
  readonly #plan: Plan;
  readonly #context: ActorContext;
  readonly #endpoints: RemoteEndpoints;
  readonly #repeated: RepeatedChokes;

  /** For the peers of an AS that is never cut off, if `areRepeated`. */
  constructor(plan: Plan, context: ActorContext, tables: PeerTables, endpoints: RemoteEndpoints) {
    this.#plan = plan;
    this.#context = context;
    this.#endpoints = endpoints;
    this.#repeated = new RepeatedChokes(tables, plan.peerIndexOf(plan.asCount, 0));
  }

  /** Whether chokes are repeated, so that it pays to look for those without effect. */
  static areRepeated({ swarm: { quirks } }: Plan): boolean {
    return quirks.repeatChokes && quirks.wholePieces;
  }

  /**
   * The peer of a row sends a choke, or an unchoke (`kind`). Returns whether it has no effect, so
   * that it is not to be delivered.
   */
  isWithoutEffect(kind: number, row: number, connection: Connection): boolean {
    const asId = this.#endpoints.asId(row, connection);
    // In its own AS, the receiver has other events in between.
    if (asId === this.#context.id) return false;
    const receiver = this.#plan.peerIndexOf(asId, this.#endpoints.remotePeer(row, connection));
    this.#repeated.setNow(this.#context.nowMs);
    if (kind === kinds.CHOKE) return this.#repeated.choke(row, connection, receiver);
    return this.#repeated.unchoke(row, connection, receiver);
  }

  /** The peer of a row sends a message of any other kind to a peer of another AS. */
  sentOther(kind: number, row: number, connection: Connection, asId: number, peer: number): void {
    const isOfUpload =
      kind === kinds.INTERESTED || kind === kinds.NOT_INTERESTED || kind === kinds.REQUEST;
    if (isOfUpload) return;
    const receiver = this.#plan.peerIndexOf(asId, peer);
    this.#repeated.setNow(this.#context.nowMs);
    if (kind === kinds.HAVE) this.#repeated.have(row, connection, receiver);
    else this.#repeated.other(receiver);
  }

  /** The peer of a row sends a `have` to all its subscribers that download from it. */
  broadcastHave(row: number): void {
    const endpoints = this.#endpoints;
    const words = endpoints.endpoints;
    const count = endpoints.downloaderCount(row);
    this.#repeated.setNow(this.#context.nowMs);
    for (let index = 0; index < count; index++) {
      const at = endpoints.endpointOfSubscriber(row, index);
      const receiver = this.#plan.peerIndexOf(words[at + AS_ID]!, words[at + REMOTE_PEER]!);
      this.#repeated.have(row, endpoints.subscriberConnection(row, index), receiver);
    }
  }
}
