/** The AS that is open: its figures, and who holds what in it. */

import type { RecordingHeader } from '@cachetorrent/recording';

import type { Scene } from '../scene.ts';
import { useFollowed } from '../follow.ts';
import { formatDecimal, formatMegabytes, formatShare, pluralize } from './format.ts';
import { HeatMap } from './heat-map.tsx';
import { Figures, Panel, type PanelProps, Pending } from './panel.tsx';

/** The open AS of a run. */
export function OpenSystem({ run }: PanelProps) {
  const header = run.header.value;
  const as = run.openAs.value;
  if (header === undefined || as === undefined) {
    return (
      <Panel title="Open AS" class="open-system">
        <p class="panel-hint">
          No AS is open. Press its name in the table of AS, or choose it on the map: then this panel
          shows which of its peers holds which pieces.
        </p>
      </Panel>
    );
  }
  const close = (
    <button
      type="button"
      onClick={() => {
        run.openAs.value = undefined;
      }}
    >
      Close
    </button>
  );
  return (
    <Panel title={`Open AS: ${header.as.name[as]}`} class="open-system" actions={close}>
      <SystemFigures key={run.index} header={header} run={run} as={as} />
      <HeatMap key={`${run.index} ${as}`} header={header} run={run} as={as} />
    </Panel>
  );
}

interface SystemFiguresProps extends Pick<PanelProps, 'run'> {
  readonly header: RecordingHeader;
  readonly as: number;
}

function SystemFigures({ header, run, as }: SystemFiguresProps) {
  const scene = useFollowed(run.scene).value;
  if (scene === undefined) return <Pending />;
  return <Figures figures={figuresOf(header, scene, as)} />;
}

function figuresOf(header: RecordingHeader, { systems }: Scene, as: number) {
  const parent = header.as.parent[as]!;
  const leechers = systems.leechers[as]!;
  const seeds = systems.seeds[as]!;
  const peers = pluralize(leechers + seeds, 'peer');
  return [
    ['There now', `${peers}: ${pluralize(leechers, 'leecher')}, ${pluralize(seeds, 'seed')}`],
    ['Leaders', pluralize(systems.leaders[as]!, 'leader')],
    ['Progress', formatShare(systems.progress[as]!)],
    ['From outside so far', formatMegabytes(systems.outsideBits[as]!)],
    ['Redundancy', formatDecimal(systems.redundancy[as]!, 2)],
    ...(parent < 0 ? [] : ([['Parent AS', header.as.name[parent]!]] as const)),
  ] as const;
}
