/** The availability of every piece as a strip: a column for each, or for several. */

import type { RecordingHeader } from '@cachetorrent/recording';
import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';

import type { Scene } from '../scene.ts';
import { type Palette, paletteOf, theme } from '../theme.ts';
import {
  availabilityOf,
  cellsOf,
  type Range,
  rangeOf,
  rarestFirst,
  rarestIn,
} from './availability.ts';
import { colourTable, levelOf } from './colour-table.ts';
import { PICTURE_MS, useFollowed } from '../follow.ts';
import { formatDecimal, formatInteger, pluralize } from './format.ts';
import { Figures, Gradient, Panel, type PanelProps, Pending } from './panel.tsx';
import { drawCells, type Picture, usePicture } from './picture.ts';
import { movedPlace } from './roving.ts';
import { cellSentence, copiesText } from './sentences.ts';

/** How much of the height the marks of pieces with no or one copy have. */
const MARKS_SHARE = 0.22;

/** With more pieces, pictures are at least `LARGE_MS` apart: sorting takes a while. */
const LARGE_PIECES = 2 ** 18;
const LARGE_MS = 500;

/** The strip of a run. */
export function PieceStrip({ run }: PanelProps) {
  const header = run.header.value;
  const isLarge = header !== undefined && header.pieces > LARGE_PIECES;
  const scene = useFollowed(run.scene, isLarge ? LARGE_MS : PICTURE_MS);
  const isRarestFirst = useSignal(false);
  const toggle = (
    <label>
      <input
        type="checkbox"
        checked={isRarestFirst.value}
        onChange={(event) => {
          isRarestFirst.value = event.currentTarget.checked;
        }}
      />{' '}
      rarest first
    </label>
  );
  return (
    <Panel title="Copies of each piece" class="piece-strip" actions={toggle}>
      {header === undefined || scene.value === undefined ? (
        <Pending />
      ) : (
        <Strip key={run.index} header={header} scene={scene} isRarestFirst={isRarestFirst} />
      )}
    </Panel>
  );
}

interface StripProps {
  readonly header: RecordingHeader;
  readonly scene: ReadonlySignal<Scene | undefined>;
  readonly isRarestFirst: ReadonlySignal<boolean>;
}

function Strip({ header, scene, isRarestFirst }: StripProps) {
  const { pieces } = header;
  const copies = useComputed(() => scene.value!.copies);
  const order = useComputed(() => (isRarestFirst.value ? rarestFirst(copies.value) : undefined));
  /** The places that the pointer or the cursor is at. */
  const at = useSignal<Range | undefined>(undefined);
  const canvas = usePicture(
    (picture) => {
      const palette = paletteOf(theme.value);
      const peers = peersOf(scene.value!);
      drawStrip(picture, copies.value, order.value, peers, palette);
      if (at.value !== undefined) drawCursor(picture, at.value, pieces, palette);
    },
    [copies, order, scene, at, pieces],
  );
  const cursor = at.value?.from ?? 0;
  const place = at.value ?? { from: 0, to: 1 };
  const piece = rarestIn(copies.value, order.value, place);
  const sentence = cellSentence(piece, copies.value[piece]!, place, !isRarestFirst.value);
  const pointAt = (event: PointerEvent): void => {
    const { left, width } = canvas.current.getBoundingClientRect();
    const cells = Math.min(pieces, Math.round(width));
    const cell = Math.floor((cells * (event.clientX - left)) / width);
    at.value = rangeOf(Math.min(Math.max(0, cell), cells - 1), cells, pieces);
  };
  return (
    <>
      <canvas
        ref={canvas}
        class="piece-strip-canvas"
        role="slider"
        tabIndex={0}
        aria-label={isRarestFirst.value ? 'Pieces, rarest first' : 'Pieces in order'}
        aria-valuemin={0}
        aria-valuemax={pieces - 1}
        aria-valuenow={cursor}
        aria-valuetext={sentence}
        onPointerMove={pointAt}
        onPointerDown={pointAt}
        onKeyDown={(event) => {
          const target = movedPlace(cursor, event.key, pieces);
          if (target === undefined) return;
          event.preventDefault();
          at.value = { from: target, to: target + 1 };
        }}
        onFocus={() => {
          at.value ??= { from: 0, to: 1 };
        }}
      />
      <p class="panel-pointed">
        {at.value === undefined
          ? 'Point at the strip, or move along it with the arrow keys.'
          : `${sentence}.`}
      </p>
      <Legend peers={peersOf(scene.value!)} />
      <StripFigures scene={scene} />
    </>
  );
}

function Legend({ peers }: { readonly peers: number }) {
  return (
    <p class="panel-legend">
      <span>
        no peer <Gradient /> all {pluralize(peers, 'peer')}
      </span>
      <span>
        <span class="piece-strip-none" /> no copy
      </span>
      <span>
        <span class="piece-strip-single" /> one copy
      </span>
    </p>
  );
}

function StripFigures({ scene }: { readonly scene: ReadonlySignal<Scene | undefined> }) {
  const { copies } = useFollowed(scene).value!;
  const { rarest, least, none, single, mean } = availabilityOf(copies);
  return (
    <Figures
      figures={[
        ['Rarest', `piece ${formatInteger(rarest)}: ${copiesText(least)}`],
        ['Without a copy', pluralize(none, 'piece')],
        ['With one copy only', pluralize(single, 'piece')],
        ['Mean', `${formatDecimal(mean, 1)} copies`],
      ]}
    />
  );
}

/** How many peers are there. */
function peersOf({ totals }: Scene): number {
  return totals.leechers + totals.seeds;
}

function drawStrip(
  { context, width, height }: Picture,
  copies: Uint32Array,
  order: Uint32Array | undefined,
  peers: number,
  palette: Palette,
): void {
  const cells = cellsOf(copies, order, Math.min(width, copies.length));
  const marksHeight = Math.round(height * MARKS_SHARE);
  const barHeight = height - marksHeight;
  const levels = Uint8Array.from(cells, (count) => levelOf(count, peers));
  const box = { left: 0, top: 0, width, height: barHeight };
  drawCells(context, levels, cells.length, colourTable(palette.scale), box);
  for (const [cell, count] of cells.entries()) {
    if (count > 1) continue;
    const left = Math.floor((cell * width) / cells.length);
    const right = Math.floor(((cell + 1) * width) / cells.length);
    // A mark of no copy is twice as high as one of a single copy.
    const markHeight = count === 0 ? marksHeight - 1 : Math.round((marksHeight - 1) / 2);
    context.fillStyle = count === 0 ? palette.fault : palette.leader;
    context.fillRect(left, barHeight + 1, right - left, markHeight);
  }
}

function drawCursor(
  { context, width, height, ratio }: Picture,
  { from, to }: Range,
  pieces: number,
  palette: Palette,
): void {
  const left = (from * width) / pieces;
  const right = Math.max(left + 2 * ratio, (to * width) / pieces);
  context.strokeStyle = palette.focus;
  context.lineWidth = 2 * ratio;
  context.strokeRect(left - ratio, ratio, right - left + 2 * ratio, height - 2 * ratio);
}
