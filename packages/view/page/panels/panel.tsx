/** What panels have in common: a heading, figures, and buttons that name a peer. */

import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

import type { PageState, RunState } from '../state.ts';
import { paletteOf, theme } from '../theme.ts';
import { formatInteger, formatShare } from './format.ts';

/** How many rows of a table are shown at first, and more at a time. */
export const PAGE_ROWS = 50;

/** What a panel shows. */
export interface PanelProps {
  readonly page: PageState;
  /** The run that it is about. */
  readonly run: RunState;
}

interface PanelFrame {
  readonly title: string;
  /** A class of its own. */
  readonly class: string;
  /** What is to the right of the heading. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A section with a heading. The heading gets the focus when what had it in the section is gone. */
export function Panel({ title, class: own, actions, children }: PanelFrame) {
  const id = useId();
  const section = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const hadFocus = section.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    const hasFocus = section.current!.contains(document.activeElement);
    if (hadFocus && !hasFocus) heading.current!.focus({ preventScroll: true });
  });
  return (
    <section class={`panel ${own}`} ref={section} aria-labelledby={id}>
      <div class="panel-head">
        <h3 class="panel-title" id={id} ref={heading} tabIndex={-1}>
          {title}
        </h3>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** What a panel says while nothing is known. */
export function Pending() {
  return <p class="panel-hint">Nothing has been read of this run yet.</p>;
}

/** A figure with its name. */
export type Figure = readonly [name: string, value: ComponentChildren];

/** Figures with their names. */
export function Figures({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <dl class="panel-figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A button that selects a peer. */
export function PeerButton({ run, peer }: { readonly run: RunState; readonly peer: number }) {
  return (
    <button type="button" class="panel-link" onClick={() => run.select(peer)}>
      peer {peer}
    </button>
  );
}

/** A small bar, and the share in percent. */
export function ProgressBar({ share }: { readonly share: number }) {
  return (
    <span class="panel-progress">
      <span class="panel-bar" aria-hidden="true">
        <span style={{ width: `${100 * share}%` }} />
      </span>
      {formatShare(share)}
    </span>
  );
}

/** The scale of colours, from nothing to all. */
export function Gradient() {
  const { scale } = paletteOf(theme.value);
  const background = `linear-gradient(to right, ${scale.join(', ')})`;
  return <span class="panel-gradient" style={{ background }} />;
}

interface MoreButtonProps {
  /** How many rows are not shown. */
  readonly hidden: number;
  readonly onMore: (count: number) => void;
}

/** A button that shows more rows, if there are any. */
export function MoreButton({ hidden, onMore }: MoreButtonProps) {
  if (hidden <= 0) return null;
  const more = Math.min(hidden, PAGE_ROWS);
  return (
    <button type="button" onClick={() => onMore(more)}>
      {more === hidden
        ? `Show the other ${formatInteger(hidden)}`
        : `Show ${formatInteger(more)} more of the other ${formatInteger(hidden)}`}
    </button>
  );
}
