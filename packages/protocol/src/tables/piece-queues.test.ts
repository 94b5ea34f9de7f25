import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { type Connection, NO_PIECE, type PieceIndex } from '../ids.ts';
import { PeerTables } from './peer-tables.ts';

test('queues of pieces behave like arrays, even when they move (seed queues)', () => {
  const random = seededRandom('queues');
  const ROWS = 3;
  const capacity = Array.from({ length: ROWS }, () => 2);
  const tables = new PeerTables(20, ROWS, 2);
  for (let row = 0; row < ROWS; row++) tables.openRow(row, 2);
  const { requests: queues } = tables;
  const model = capacity.map((connections) =>
    Array.from({ length: connections }, (): number[] => []),
  );

  for (let step = 0; step < 20_000; step++) {
    const row = random.below(ROWS);
    if (step % 1_000 === 999) {
      tables.enlargeRow(row, capacity[row]!, ++capacity[row]!);
      model[row]!.push([]);
    }
    const connection = random.below(capacity[row]!) as Connection;
    const queue = model[row]![connection]!;
    const piece = random.below(20) as PieceIndex;
    switch (random.below(4)) {
      case 0: {
        const place = queue.indexOf(piece);
        if (place >= 0) queue.splice(place, 1);
        expect(queues.remove(row, connection, piece)).toBe(place >= 0);
        break;
      }
      case 1:
        expect(queues.shift(row, connection)).toBe(queue.shift() ?? NO_PIECE);
        break;
      default:
        queues.push(row, connection, piece);
        queue.push(piece);
    }
    expect(queues.lengthOf(row, connection)).toBe(queue.length);
    expect(queues.first(row, connection)).toBe(queue[0] ?? NO_PIECE);
    expect(queues.has(row, connection, piece)).toBe(queue.includes(piece));
  }
});
