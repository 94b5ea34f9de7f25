/** The map of a swarm: its AS with their peers, and the traffic between them. */

import { useEffect, useRef, useState } from 'preact/hooks';

import type { PageState, RunState } from '../state.ts';
import { Legend } from './legend.tsx';
import { MapView } from './map-view.ts';
import { type Description, describe, sentenceOf } from './words.ts';

/** From which width of the map on its legend is open at first, in pixels. */
const LEGEND_OPEN_FROM_PX = 700;

/** How long the focus must stay before it is announced, in ms. */
const ANNOUNCE_AFTER_MS = 250;

/** The map of a run. It fills its container. */
export function SwarmMap({ page, run }: { page: PageState; run: RunState }) {
  const surface = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<MapView>();
  useEffect(() => {
    const view = new MapView(surface.current!, page, run);
    setMap(view);
    return () => view.destroy();
  }, [page, run]);
  const width = surface.current?.clientWidth ?? 0;
  return (
    <section class="map" aria-label={`Map of ${run.run.name}`}>
      <div class="map__area">
        <div
          ref={surface}
          class="map__surface"
          hidden={map?.isUnavailable.value}
          role="application"
          aria-roledescription="map"
          aria-label={instructions(run)}
          tabIndex={0}
        />
        {map !== undefined && (
          <>
            {map.isUnavailable.value ? <Unavailable /> : <Controls map={map} />}
            <Tooltip map={map} run={run} />
            <Announcement map={map} run={run} />
          </>
        )}
      </div>
      {map !== undefined && !map.isUnavailable.value && (
        <Legend page={page} isOpen={width >= LEGEND_OPEN_FROM_PX} />
      )}
    </section>
  );
}

/** What the map is, and how to use it. */
function instructions(run: RunState): string {
  const layout = run.layout.value;
  const systems = layout?.asRadius.filter((radius) => radius > 0).length ?? 0;
  return (
    `Map of ${systems} AS of ${run.run.name}. Arrow keys move between AS, Enter opens one; ` +
    'then arrow keys move between its peers, and Enter selects one. Page Up and Page Down go ' +
    'through all by number. Escape goes back. Plus and minus zoom, 0 shows all.'
  );
}

function Unavailable() {
  return (
    <div class="map__unavailable" role="note">
      <p>
        <strong>The map cannot be drawn:</strong> this browser has no WebGL 2, or it is turned off.
        Turn on hardware acceleration, or use another browser.
      </p>
      <p>All else on this page works: AS and peers can be chosen in the tables.</p>
    </div>
  );
}

function Controls({ map }: { map: MapView }) {
  return (
    <div class="map__controls">
      <button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => map.zoom('in')}>
        +
      </button>
      <button type="button" aria-label="Zoom out" title="Zoom out" onClick={() => map.zoom('out')}>
        −
      </button>
      <button
        type="button"
        aria-label="Fit: show all AS"
        title="Show all"
        onClick={() => map.fit()}
      >
        fit
      </button>
    </div>
  );
}

/** Says what is under the pointer, or else what has the focus. */
function Tooltip({ map, run }: { map: MapView; run: RunState }) {
  const hover = map.hover.value;
  const focus = map.focus.value;
  const viewport = map.viewport.value;
  const target = hover?.target ?? focus;
  const header = run.header.value;
  const scene = run.scene.value;
  if (target === undefined || viewport === undefined) return null;
  if (header === undefined || scene === undefined) return null;
  const { x, y } = hover ?? map.placeOf(target, viewport);
  const { title, lines } = describe(target, header, scene);
  // It is on that side of the place where there is more room.
  const isLeft = x > viewport.width / 2;
  const isAbove = y > viewport.height / 2;
  const style = {
    ...(isLeft ? { right: `${viewport.width - x + 14}px` } : { left: `${x + 14}px` }),
    ...(isAbove
      ? { bottom: `${viewport.height - y + 10}px` }
      : { top: `${Math.max(8, y + 14)}px` }),
  };
  return (
    <div class="map__tooltip" style={style} aria-hidden="true">
      <strong>{title}</strong>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}

/** Tells screen readers what has the focus. */
function Announcement({ map, run }: { map: MapView; run: RunState }) {
  const [text, setText] = useState('');
  const focus = map.focus.value;
  const isSelected = focus?.peer !== undefined && focus.peer === run.peer.value;
  useEffect(() => {
    const timer = setTimeout(() => {
      const header = run.header.peek();
      const scene = run.scene.peek();
      if (focus === undefined || header === undefined || scene === undefined) return;
      const description: Description = describe(focus, header, scene);
      setText(`${isSelected ? 'Selected: ' : ''}${sentenceOf(description)}`);
    }, ANNOUNCE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [focus, isSelected, run]);
  return (
    <div class="map__announcement" aria-live="polite">
      {text}
    </div>
  );
}
