/**
 * A budget of connections between AS (after Le Blond, Legout and Dabbous 2011, *Pushing BitTorrent
 * locality to the limit*): all neighbours are in the own AS, except for a few connections that an
 * AS has with others in all. The tracker counts what it names: such a pair of peers is a link,
 * which counts in both AS.
 *
 *     AS 0          AS 1         AS 2       budget 2
 *     a b c ── ─ ─ ─ d e ─ ─ ─ ─ ─ f        links  b–d  e–f        the last one in AS 0 and in AS 2
 *     └─┴─┘ own      └─┘                           is still to come
 *
 * - A peer that has no link gets one, as long as there is budget: links are spread over peers. One
 *   whose AS has too few peers gets more.
 * - An AS gets links to those AS first that it is not connected to over other links. While there
 *   are several parts, links join two of them; with a budget of 2 or more, each part has two left.
 *   So all parts become one. For an AS that comes when all others have used their budgets, the one
 *   with the fewest links exceeds its own: a budget never cuts an AS off.
 * - When a peer leaves, its links are free again.
 */

import type { AsId, PeerId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import { addOthers } from '../draw.ts';
import type { NeighbourSelection, SelectablePeers } from '../selection.ts';

/** `count` neighbours for each peer, and `budget` links, 2 or more, for each AS. */
export function budgetSelection(count: number, budget: number): NeighbourSelection {
  return new BudgetSelection(count, budget);
}

/** Two peers of different AS, one of which has been named to the other. */
interface Link {
  readonly peers: readonly [PeerId, PeerId];
  readonly asIds: readonly [AsId, AsId];
}

class BudgetSelection implements NeighbourSelection {
  readonly #count: number;
  readonly #budget: number;
  /** The links of each peer that has any. */
  readonly #links = new Map<PeerId, readonly Link[]>();
  /** For each AS, how many links it has with each other one that it has any with. */
  readonly #between = new Map<AsId, Map<AsId, number>>();

  constructor(count: number, budget: number) {
    this.#count = count;
    this.#budget = budget;
  }

  select(peer: PeerId, asId: AsId, peers: SelectablePeers, random: Random): readonly PeerId[] {
    const own = peers.inAs(asId);
    const ownOthers = own.length - (peers.asIdOf(peer) === asId ? 1 : 0);
    const held = this.#linkedTo(peer).length;
    const least = held === 0 || this.#isApart(asId, peers) ? 1 : 0;
    const wanted = Math.max(least, this.#count - held - ownOthers);
    for (let i = 0; i < wanted && this.#addLink(peer, asId, peers, random); i++);

    const linked = this.#linkedTo(peer)
      .filter((other) => peers.asIdOf(other) !== undefined)
      .slice(0, this.#count);
    const chosen: PeerId[] = [];
    addOthers(chosen, this.#count - linked.length, own, peer, random);
    return [...chosen, ...linked];
  }

  forget(peer: PeerId): void {
    for (const link of this.#links.get(peer) ?? []) {
      const [a, b] = link.peers;
      this.#setLinks(a === peer ? b : a, (links) => links.filter((each) => each !== link));
      this.#countLink(link, -1);
    }
    this.#links.delete(peer);
  }

  /** The other ends of the links of a peer. */
  #linkedTo(peer: PeerId): readonly PeerId[] {
    const links = this.#links.get(peer) ?? [];
    return links.map(({ peers: [a, b] }) => (a === peer ? b : a));
  }

  /** Gives a peer a link to another AS, if there is one with budget. Returns whether it did. */
  #addLink(peer: PeerId, asId: AsId, peers: SelectablePeers, random: Random): boolean {
    let others = this.#othersFor(asId, peers);
    while (others.length > 0) {
      const other = others[random.below(others.length)]!;
      const partner = this.#partnerIn(other, peer, peers, random);
      if (partner !== undefined) {
        const link: Link = { peers: [peer, partner], asIds: [asId, other] };
        for (const end of link.peers) this.#setLinks(end, (links) => [...links, link]);
        this.#countLink(link, 1);
        return true;
      }
      others = others.filter((each) => each !== other);
    }
    return false;
  }

  /** The AS to one of which a link from `asId` may lead. */
  #othersFor(asId: AsId, peers: SelectablePeers): readonly AsId[] {
    const others = peers.asIds.filter((other) => other !== asId);
    const part = this.#connectedTo(asId);
    const apart = others.filter((other) => !part.has(other));
    // Another AS of the same part has a link left that can lead to the other parts.
    const isFull = !this.#hasLeft(asId);
    if (isFull && (apart.length === 0 || [...part].some((each) => this.#hasLeft(each)))) return [];
    const withBudget = (apart.length > 0 ? apart : others).filter((other) => this.#hasLeft(other));
    if (apart.length === 0 || withBudget.length > 0) return withBudget;
    const least = Math.min(...apart.map((other) => this.#used(other)));
    return apart.filter((other) => this.#used(other) === least);
  }

  /** Whether an AS has links left, and there are AS to which it is not connected over others. */
  #isApart(asId: AsId, peers: SelectablePeers): boolean {
    if (!this.#hasLeft(asId)) return false;
    const part = this.#connectedTo(asId);
    return peers.asIds.some((other) => !part.has(other));
  }

  #hasLeft(asId: AsId): boolean {
    return this.#used(asId) < this.#budget;
  }

  /** A peer of an AS that has as few links as possible, and none with `peer`. */
  #partnerIn(asId: AsId, peer: PeerId, peers: SelectablePeers, random: Random): PeerId | undefined {
    const inAs = peers.inAs(asId);
    const known = this.#linkedTo(peer);
    const unlinked = inAs.filter((other) => !this.#links.has(other));
    const possible =
      unlinked.length > 0 ? unlinked : inAs.filter((other) => !known.includes(other));
    return possible.length === 0 ? undefined : possible[random.below(possible.length)]!;
  }

  /** The number of links of an AS. */
  #used(asId: AsId): number {
    let used = 0;
    for (const count of this.#between.get(asId)?.values() ?? []) used += count;
    return used;
  }

  /** The AS that links connect to one, directly or over others, itself included. */
  #connectedTo(asId: AsId): ReadonlySet<AsId> {
    const connected = new Set([asId]);
    for (const each of connected) {
      for (const other of this.#between.get(each)?.keys() ?? []) connected.add(other);
    }
    return connected;
  }

  #setLinks(peer: PeerId, change: (links: readonly Link[]) => readonly Link[]): void {
    const links = change(this.#links.get(peer) ?? []);
    if (links.length === 0) this.#links.delete(peer);
    else this.#links.set(peer, links);
  }

  #countLink({ asIds: [a, b] }: Link, change: 1 | -1): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const counts = this.#between.get(from) ?? new Map<AsId, number>();
      const count = (counts.get(to) ?? 0) + change;
      if (count === 0) counts.delete(to);
      else counts.set(to, count);
      if (counts.size === 0) this.#between.delete(from);
      else this.#between.set(from, counts);
    }
  }
}
