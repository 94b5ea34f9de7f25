import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { type Connection, NO_PIECE, type PieceIndex } from './ids.ts';
import { PieceQueues } from './piece-queues.ts';

test('queues of pieces behave as so many arrays (seed queues)', () => {
  const random = seededRandom('queues');
  const queues = new PieceQueues(2);
  const model: number[][] = [[], []];

  for (let step = 0; step < 20_000; step++) {
    if (step % 1_000 === 999) {
      model.push([]);
      queues.reserve(model.length);
    }
    const on = random.below(model.length) as Connection;
    const piece = random.below(20) as PieceIndex;
    switch (random.below(4)) {
      case 0: {
        const place = model[on]!.indexOf(piece);
        if (place >= 0) model[on]!.splice(place, 1);
        expect(queues.remove(on, piece)).toBe(place >= 0);
        break;
      }
      case 1:
        expect(queues.shift(on)).toBe(model[on]!.shift() ?? NO_PIECE);
        break;
      default:
        queues.push(on, piece);
        model[on]!.push(piece);
    }
    expect(queues.lengthOf(on)).toBe(model[on]!.length);
    expect(queues.first(on)).toBe(model[on]![0] ?? NO_PIECE);
    expect(queues.has(on, piece)).toBe(model[on]!.includes(piece));
  }
});
