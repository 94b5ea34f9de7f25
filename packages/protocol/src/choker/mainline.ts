/**
 * The chokers of the mainline client, BitTorrent 3.9.1 by Bram Cohen (`Choker.py`).
 *
 * While leeching: the connections form a list in a random order. The slots for the rate go to the
 * interested peers that have sent us most. Then the list is walked from its front, and everybody is
 * unchoked until enough interested peers are: those that are not interested are unchoked on the
 * way, so that they can request as soon as they become interested, and no slot is ever idle. Once
 * per `optimisticMs`, the first that is choked and interested moves to the front.
 */

import { CHOKE, type Choker, UNCHOKE, UNCHOKE_OPTIMISTICALLY } from './choker.ts';

/** The least number of interested peers that are unchoked (`min_uploads`). */
const UPLOADS_MIN = 2;

/** The connections in the order of the list; used within one call only. */
const listed: number[] = [];

export const mainline: Choker = (interested, rechoke) => {
  const { count, decision, isInterested, isSnubbing, received, position, chokeState } = interested;
  const { slots, rotation } = rechoke;
  listed.length = 0;
  for (let i = 0; i < count; i++) listed.push(i);
  listed.sort((i, j) => position[i]! - position[j]!);
  if (!rechoke.keepOptimistics) {
    const next = listed.find(
      (i) => isInterested[i] === 1 && chokeState[i] === CHOKE && !isFirst(i),
    );
    if (next !== undefined) rotation.first = position[next]!;
  }
  const front = listed.findIndex((i) => position[i]! >= rotation.first);
  if (front > 0) listed.push(...listed.splice(0, front));

  const preferred = listed
    .filter((i) => isInterested[i] === 1 && isSnubbing[i] === 0)
    .sort((i, j) => received[j]! - received[i]!)
    .slice(0, slots.regular);
  for (const i of preferred) decision[i] = UNCHOKE;
  let left = Math.max(slots.optimistic, UPLOADS_MIN - preferred.length);
  for (const i of listed) {
    if (left === 0) break;
    if (decision[i] === UNCHOKE) continue;
    decision[i] = UNCHOKE_OPTIMISTICALLY;
    left -= isInterested[i]!;
  }

  function isFirst(i: number): boolean {
    return position[i] === rotation.first;
  }
};

/** A connection that was unchoked within this time goes before the others that have a slot. */
const RECENT_MS = 30_000;
/** The rounds over which new unchokes are spread. */
const ROUNDS = 3;

/**
 * The same client as a seed (`_rechoke_seed`): a share of the slots goes to new peers in turn, two
 * of four every three rounds; the others stay with the peers that were unchoked last.
 */
export const mainlineSeed: Choker = (interested, rechoke) => {
  const { count, decision, isInterested, chokeState, unchokedAtMs, sent, position } = interested;
  const { slots, rotation, nowMs } = rechoke;
  const slotCount = slots.regular + slots.optimistic;
  const perTurn = Math.floor((slotCount + 2) / ROUNDS);
  const forced = Math.floor((perTurn + (rotation.rounds++ % ROUNDS)) / ROUNDS);
  const isRecent = (i: number): number => Number(nowMs - unchokedAtMs[i]! < RECENT_MS);
  const kept: number[] = [];
  listed.length = 0;
  for (let i = 0; i < count; i++) {
    if (isInterested[i] === 0) continue;
    if (chokeState[i] === CHOKE) listed.push(i);
    else kept.push(i);
  }
  kept.sort(
    (i, j) =>
      isRecent(j) - isRecent(i) ||
      (isRecent(i) === 1 ? unchokedAtMs[j]! - unchokedAtMs[i]! : 0) ||
      sent[j]! - sent[i]!,
  );
  // The next in turn are those after the last that was unchoked.
  listed.sort((i, j) => position[i]! - position[j]!);
  const next = listed.findIndex((i) => position[i]! > rotation.first);
  if (next > 0) listed.push(...listed.splice(0, next));
  const newCount = Math.max(slotCount - kept.length, Math.min(forced, listed.length));
  for (const i of kept.slice(0, Math.max(0, slotCount - newCount))) decision[i] = UNCHOKE;
  for (const i of listed.slice(0, newCount)) {
    decision[i] = UNCHOKE;
    rotation.first = position[i]!;
  }
};
