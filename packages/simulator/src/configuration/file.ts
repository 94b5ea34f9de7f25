/** The section `file` of a configuration: the size of the file, in pieces. */

import { PIECES_MAX } from '../swarm/plan/check.ts';
import { refuse } from './configuration-error.ts';
import { quantity } from './quantities.ts';
import type { SwarmConfig } from './schema.ts';

/** The section in which every field is written out. */
export interface CompleteFileConfig {
  /** Number of pieces. */
  readonly pieces: number;
  /** Size of a piece, in bytes. */
  readonly pieceSize: number;
}

const PIECE_BYTES = 256 * 1024;

/** Fills in the section `file`. */
export function completeFile({ file }: SwarmConfig): CompleteFileConfig {
  const pieceSize = file.pieceSize === undefined ? PIECE_BYTES : quantity('size', file.pieceSize);
  const { pieces, size } = file;
  if ((pieces === undefined) === (size === undefined)) {
    if (pieces !== undefined) {
      refuse(
        ['file', 'size'],
        'cannot be combined with the number of pieces',
        'remove one of them',
      );
    }
    refuse(['file', 'size'], 'is missing', 'add "size": "256 MiB"');
  }
  if (pieces !== undefined) return { pieces, pieceSize };
  return { pieces: piecesOf(quantity('size', size!), pieceSize), pieceSize };
}

/** The number of pieces of a file; its limits are explained by the size that the user wrote. */
function piecesOf(bytes: number, pieceSize: number): number {
  const path = ['file', 'size'];
  if (!(bytes > 0)) {
    const problem = `is ${bytes} bytes, so there would be nothing to download`;
    refuse(path, problem, 'set it to 256 MiB, for instance');
  }
  // A piece size that is no size is refused later, as it is with a number of pieces.
  const pieces = pieceSize > 0 ? Math.ceil(bytes / pieceSize) : 1;
  if (pieces > PIECES_MAX) {
    const problem = `is ${bytes} bytes in pieces of ${pieceSize}, more than ${PIECES_MAX} pieces`;
    refuse(path, problem, 'set file.pieceSize to a larger size, or lower it');
  }
  return pieces;
}
