/** What the colours, shapes and widths of the map mean. */

import type { ComponentChildren } from 'preact';

import type { PageState } from '../state.ts';
import { paletteOf, theme } from '../theme.ts';
import { bandReference, bandWidthPx } from './traffic.ts';
import { formatRate } from './words.ts';

/** Rates whose bands are shown, as shares of the largest. */
const SHARES = [1, 0.25] as const;

/** The legend of the map; it can be folded. */
export function Legend({ page, isOpen }: { page: PageState; isOpen: boolean }) {
  const palette = paletteOf(theme.value);
  const reference = bandReference(page).value;
  const stops = palette.scale.join(', ');
  return (
    <details class="map__legend" open={isOpen}>
      <summary>Legend</summary>
      <ul>
        <li>
          <span class="map__scale" style={{ background: `linear-gradient(90deg, ${stops})` }} />
          leecher: holds nothing to all
        </li>
        <li>
          <Shape fill={palette.seed} stroke={palette.seed}>
            <circle cx="8" cy="8" r="5.5" />
          </Shape>
          seed: complete
        </li>
        <li>
          <Shape fill="none" stroke={palette.leader}>
            <path d="M8 1 15 8 8 15 1 8Z" />
          </Shape>
          leader
        </li>
        <li>
          <Shape fill="none" stroke={palette.leecher}>
            <path d="M3 3H13V13H3Z" />
          </Shape>
          cache of a provider
        </li>
        <li>
          <Shape fill="none" stroke={palette.leecher}>
            <path d="M8 2A6 6 0 1 1 2.3 9.8" />
          </Shape>
          gauge of an AS: what its peers hold
        </li>
        <li>below its name: leechers / seeds</li>
        {SHARES.map((share) => {
          const height = bandWidthPx(share * reference, reference);
          return (
            <li key={share}>
              <svg class="map__band" viewBox="0 0 32 20" aria-hidden="true">
                <path
                  fill={palette.traffic}
                  d={`M0 ${10 - height / 2}H22V1L32 10L22 19V${10 + height / 2}H0Z`}
                />
              </svg>
              {formatRate(share * reference)} to another AS
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function Shape({
  fill,
  stroke,
  children,
}: {
  fill: string;
  stroke: string;
  children: ComponentChildren;
}) {
  return (
    <svg
      class="map__shape"
      viewBox="0 0 16 16"
      fill={fill}
      stroke={stroke}
      stroke-width="2"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}
