/** The rules of the original simulator of 2018: all quirks (`quirks.ts`). */

import { type Choker, type InterestedPeers, UNCHOKE, unchokeAtRandom } from '../choker/choker.ts';
import { WHOLE_PIECE_CHOKERS, WHOLE_PIECE_SEED_CHOKERS } from '../choker/whole-pieces.ts';
import type { Connection } from '../ids.ts';
import { type Forwarder, removeFollower } from '../peer/forwarder.ts';
import { ANNOUNCES, MAY_DOWNLOAD, MAY_UPLOAD } from '../tables/connection-flags.ts';
import type { Rules } from './rules.ts';
import { unstableOrder } from './unstable-order.ts';

/** Tit-for-tat in which an unstable sort determines which of equal connections get a slot. */
export const unstableTitForTat: Choker = (interested, rechoke) => {
  unchokeFirst(interested, rechoke.slots.regular);
  unchokeAtRandom(interested, rechoke);
};

function unchokeFirst({ count, received, decision }: InterestedPeers, slots: number): void {
  const order = unstableOrder(received, count);
  for (let i = 0; i < Math.min(slots, count); i++) decision[order[i]!] = UNCHOKE;
}

/** Forwards every `have`, once for each time that the follower asked for the relay. */
export class ForwardAlways implements Forwarder {
  readonly #followersOf: (Connection[] | undefined)[] = [];

  addRelay(outside: Connection, follower: Connection): boolean {
    (this.#followersOf[outside] ??= []).push(follower);
    return true;
  }

  followersOf(outside: Connection): readonly Connection[] | undefined {
    return this.#followersOf[outside];
  }

  hasToForward(): boolean {
    return true;
  }

  markForwarded(): boolean {
    return true;
  }

  closed(connection: Connection): void {
    this.#followersOf[connection] = undefined;
    removeFollower(this.#followersOf, connection);
  }
}

export const ORIGINAL_RULES: Rules = {
  rates: {
    add: (meter, row, connection, nowMs) => {
      meter.expireOn(row, connection, nowMs);
      meter.add(row, connection, nowMs);
    },
    refresh: () => {},
  },
  upload: {
    chokers: { ...WHOLE_PIECE_CHOKERS, 'tit-for-tat': unstableTitForTat },
    seedChokers: { ...WHOLE_PIECE_SEED_CHOKERS, 'tit-for-tat': unstableTitForTat },
    fillsFreeSlots: false,
    sendsBitfield: false,
    finishesBlock: false,
    keepsOptimistics: false,
    sendsDecision: () => true,
    servesChoked: true,
    isDuplicateRequest: () => false,
  },
  download: {
    requestsOnHave: false,
    requestsElsewhere: (hasLost, hasNewHaves) => hasLost || hasNewHaves,
    beginsInterestOnChoke: true,
    endsInterestWhileChoked: false,
    isInterestedInLacked: false,
    announcesDuplicates: true,
    countsDuplicateHaves: true,
  },
  relay: {
    createForwarder: () => new ForwardAlways(),
    permissions: MAY_UPLOAD | ANNOUNCES | MAY_DOWNLOAD,
    startsBeforeAnswer: true,
    forwardsEarlierHaves: false,
  },
};
