/**
 * Who holds what in an AS: rows are its peers, leaders first, columns are pieces.
 *
 *     L 17 ▌████████▒▒▒▒░░
 *     S 3  ▌██████████████
 *       40 ▌██░░░░░░░░░░░░
 *
 * The canvas has the focus; arrow keys move a cursor over its cells, and a live text says what is
 * there.
 */

import type { RecordingHeader } from '@cachetorrent/recording';
import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';

import type { Scene } from '../scene.ts';
import type { RunState } from '../state.ts';
import { paletteOf, theme } from '../theme.ts';
import { piecesOfColumn } from '../worker/heat-map.ts';
import { PICTURE_MS, useFollowed } from '../follow.ts';
import { formatInteger } from './format.ts';
import { LABEL_HEIGHT, piecesOf, ROWS_MAX, rowHeightOf } from './heat.ts';
import { HeatDrawing, roleMarkOf } from './heat-drawing.ts';
import { Gradient } from './panel.tsx';
import { usePicture } from './picture.ts';
import { type Cell, clamped, movedCell } from './roving.ts';
import { heldSentence } from './sentences.ts';

/** The width of what is left of the cells, in CSS pixels: with and without names of peers. */
const GUTTER = 62;
const NARROW_GUTTER = 8;

interface HeatMapProps {
  readonly header: RecordingHeader;
  readonly run: RunState;
  readonly as: number;
}

/** The heat map of an AS. */
export function HeatMap({ header, run, as }: HeatMapProps) {
  const scene = useFollowed(run.scene, PICTURE_MS);
  const current = scene.value?.openAs;
  if (current === undefined || current.as !== as) {
    return <p class="panel-hint">Looking up its peers …</p>;
  }
  if (current.peers.length === 0) return <p class="panel-hint">No peer of this AS is there now.</p>;
  return <Heat header={header} run={run} as={as} scene={scene} />;
}

interface HeatProps extends HeatMapProps {
  readonly scene: ReadonlySignal<Scene | undefined>;
}

/** A cell, by its peer: rows move when peers come and go. */
interface Pointed {
  readonly peer: number;
  readonly column: number;
}

function Heat({ header, run, as, scene }: HeatProps) {
  const textId = useId();
  const first = useSignal(0);
  const pointed = useSignal<Pointed | undefined>(undefined);
  const open = useComputed(() => scene.value!.openAs!);
  const { peers, columns } = open.value;
  const start = first.value < peers.length ? first.value : 0;
  const rows = Math.min(ROWS_MAX, peers.length - start);
  const rowHeight = rowHeightOf(rows);
  const gutter = rowHeight >= LABEL_HEIGHT ? GUTTER : NARROW_GUTTER;
  const canvas = usePicture(
    (picture) => {
      if (scene.value?.openAs?.as !== as) return;
      const palette = paletteOf(theme.value);
      const drawing = new HeatDrawing(picture, scene.value, palette, { start, rows, gutter });
      drawing.cells();
      drawing.gutter();
      if (run.peer.value !== undefined) drawing.frame(run.peer.value);
      if (pointed.value !== undefined) drawing.frame(pointed.value.peer, pointed.value.column);
    },
    [scene, as, start, rows, gutter, run, pointed],
  );
  const cellAt = (event: MouseEvent): Cell => {
    const { left, top, width, height } = canvas.current.getBoundingClientRect();
    const x = event.clientX - left - gutter;
    const row = clamped(Math.floor((rows * (event.clientY - top)) / height), rows);
    const column = clamped(Math.floor((columns * x) / (width - gutter)), columns);
    return { row: start + row, column };
  };
  const pointAt = ({ row, column }: Cell): void => {
    pointed.value = { peer: peers[row]!, column };
    first.value = Math.floor(row / ROWS_MAX) * ROWS_MAX;
  };
  const cursor = (): Cell => {
    const peer = pointed.value?.peer ?? run.peer.value;
    const row = peer === undefined ? -1 : peers.indexOf(peer);
    return { row: row < 0 ? start : row, column: pointed.value?.column ?? 0 };
  };
  const keepInView = (row: number): void => {
    const box = canvas.current.parentElement!;
    const top = (row % ROWS_MAX) * rowHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    const bottom = top + rowHeight - box.clientHeight;
    if (bottom > box.scrollTop) box.scrollTop = bottom;
  };
  return (
    <>
      {peers.length > ROWS_MAX && (
        <Pages
          count={peers.length}
          first={start}
          onPage={(next) => {
            first.value = next;
            pointed.value = undefined;
          }}
        />
      )}
      <div class="open-system-scroll">
        <canvas
          ref={canvas}
          class="open-system-canvas"
          style={{ height: `${rows * rowHeight}px` }}
          tabIndex={0}
          role="application"
          aria-roledescription="heat map"
          aria-label={
            'Which peer holds which pieces. Arrow keys move by peer and by piece, ' +
            'Enter selects the peer.'
          }
          aria-describedby={textId}
          onPointerMove={(event) => pointAt(cellAt(event))}
          onClick={(event) => run.select(peers[cellAt(event).row]!)}
          onFocus={() => {
            if (pointed.value === undefined) pointAt(cursor());
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') {
              event.preventDefault();
              run.select(peers[cursor().row]!);
              return;
            }
            const cell = movedCell(cursor(), event.key, peers.length, columns);
            if (cell === undefined) return;
            event.preventDefault();
            pointAt(cell);
            keepInView(cell.row);
          }}
        />
      </div>
      <p class="panel-pointed" id={textId} aria-live="polite">
        {pointedText(header, scene.value!, pointed.value)}
      </p>
      <HeatLegend pieces={header.pieces} />
    </>
  );
}

interface PagesProps {
  readonly count: number;
  readonly first: number;
  readonly onPage: (first: number) => void;
}

function Pages({ count, first, onPage }: PagesProps) {
  const last = Math.min(count, first + ROWS_MAX);
  return (
    <div class="panel-row">
      <button type="button" disabled={first === 0} onClick={() => onPage(first - ROWS_MAX)}>
        Previous peers
      </button>
      <button type="button" disabled={last === count} onClick={() => onPage(first + ROWS_MAX)}>
        Next peers
      </button>
      <span class="panel-note">
        Rows {formatInteger(first + 1)} to {formatInteger(last)} of {formatInteger(count)}
      </span>
    </div>
  );
}

function HeatLegend({ pieces }: { readonly pieces: number }) {
  const each = piecesOfColumn(pieces);
  return (
    <p class="panel-legend">
      <span>
        lacks <Gradient /> holds
      </span>
      <span>
        <span class="open-system-leader" /> L leader
      </span>
      <span>
        <span class="open-system-seed" /> S seed
      </span>
      <span>
        {each === 1
          ? 'a column for each piece'
          : `a column for every ${formatInteger(each)} pieces`}
      </span>
    </p>
  );
}

function pointedText(header: RecordingHeader, scene: Scene, pointed: Pointed | undefined): string {
  const { peers, columns, held } = scene.openAs!;
  const row = pointed === undefined ? -1 : peers.indexOf(pointed.peer);
  if (pointed === undefined || row < 0) {
    return 'Point at a cell, or move over them with the arrow keys.';
  }
  const { peer, column } = pointed;
  const mark = roleMarkOf(scene.nodes.flags[peer]!);
  const name = mark === undefined ? `Peer ${peer}` : `Peer ${peer} (${mark.name})`;
  const pieces = piecesOf(column, header.pieces);
  return `${heldSentence(name, pieces, held[row * columns + column]!)}.`;
}
