/** All AS as a table: what the map shows, for the keyboard and for screen readers. */

import type { RecordingHeader } from '@cachetorrent/recording';
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';

import type { Scene } from '../scene.ts';
import type { RunState } from '../state.ts';
import { useFollowed } from '../follow.ts';
import { formatDecimal, formatInteger, megabytes } from './format.ts';
import { MoreButton, PAGE_ROWS, Panel, type PanelProps, Pending, ProgressBar } from './panel.tsx';
import { useSteadyOrder } from './steady-order.ts';
import {
  inOrder,
  namedLike,
  nameRanks,
  nextOrder,
  type SystemColumn,
  type SystemOrder,
} from './system-rows.ts';

/** With so many AS, they can be searched by name. */
const FILTER_FROM = 10;

const COLUMNS: readonly (readonly [SystemColumn, string])[] = [
  ['name', 'AS'],
  ['peers', 'Peers there'],
  ['leechers', 'Leechers'],
  ['seeds', 'Seeds'],
  ['leaders', 'Leaders'],
  ['progress', 'Progress'],
  ['outsideBits', 'From outside, MB'],
  ['redundancy', 'Redundancy'],
];

/** The table of all AS of a run. */
export function SystemTable({ run }: PanelProps) {
  const scene = useFollowed(run.scene).value;
  const header = run.header.value;
  return (
    <Panel title="AS" class="system-table">
      {header === undefined || scene === undefined ? (
        <Pending />
      ) : (
        <Systems key={run.index} run={run} header={header} scene={scene} />
      )}
    </Panel>
  );
}

interface SystemsProps {
  readonly run: RunState;
  readonly header: RecordingHeader;
  readonly scene: Scene;
}

function Systems({ run, header, scene }: SystemsProps) {
  const order = useSignal<SystemOrder>({ column: 'name', isDescending: false });
  const filter = useSignal('');
  const shown = useSignal(PAGE_ROWS);
  const names = header.as.name;
  const ranks = useMemo(() => nameRanks(names), [names]);
  const among = useMemo(() => namedLike(names, filter.value), [names, filter.value]);
  const next = inOrder(among, scene.systems, ranks, order.value);
  const [systems, handlers] = useSteadyOrder(
    next,
    `${JSON.stringify(order.value)} ${filter.value}`,
  );
  const rows = systems.slice(0, shown.value);
  return (
    <>
      {names.length >= FILTER_FROM && (
        <div class="panel-row">
          <label>
            Name contains{' '}
            <input
              class="panel-input"
              type="search"
              value={filter.value}
              onInput={(event) => {
                filter.value = event.currentTarget.value;
                shown.value = PAGE_ROWS;
              }}
            />
          </label>
          <span class="panel-note" role="status">
            {systems.length === names.length
              ? `${formatInteger(names.length)} AS`
              : `${formatInteger(systems.length)} of ${formatInteger(names.length)} AS`}
          </span>
        </div>
      )}
      <div class="panel-scroll">
        <table class="panel-table">
          <thead>
            <tr>
              {COLUMNS.map(([column, title]) => (
                <ColumnHeader
                  key={column}
                  title={title}
                  column={column}
                  order={order.value}
                  onOrder={(next) => {
                    order.value = next;
                  }}
                />
              ))}
            </tr>
          </thead>
          <tbody {...handlers}>
            {rows.map((as) => (
              <SystemRow key={as} run={run} name={names[as]!} as={as} scene={scene} />
            ))}
          </tbody>
        </table>
      </div>
      <MoreButton
        hidden={systems.length - rows.length}
        onMore={(more) => {
          shown.value += more;
        }}
      />
    </>
  );
}

interface ColumnHeaderProps {
  readonly title: string;
  readonly column: SystemColumn;
  readonly order: SystemOrder;
  readonly onOrder: (order: SystemOrder) => void;
}

function ColumnHeader({ title, column, order, onOrder }: ColumnHeaderProps) {
  const isSorted = order.column === column;
  const direction = order.isDescending ? 'descending' : 'ascending';
  return (
    <th scope="col" aria-sort={isSorted ? direction : 'none'}>
      <button type="button" class="panel-sort" onClick={() => onOrder(nextOrder(order, column))}>
        {title}
        <span class="panel-arrow" aria-hidden="true">
          {isSorted && (order.isDescending ? '▼' : '▲')}
        </span>
      </button>
    </th>
  );
}

interface SystemRowProps {
  readonly run: RunState;
  readonly name: string;
  readonly as: number;
  readonly scene: Scene;
}

function SystemRow({ run, name, as, scene }: SystemRowProps) {
  const { leechers, seeds, leaders, progress, outsideBits, redundancy } = scene.systems;
  const isOpen = run.openAs.value === as;
  return (
    <tr class={isOpen ? 'panel-selected' : ''}>
      <th scope="row">
        <button
          type="button"
          class="panel-link"
          aria-pressed={isOpen}
          onClick={() => {
            run.openAs.value = as;
          }}
        >
          {name}
        </button>
      </th>
      <td>{formatInteger(leechers[as]! + seeds[as]!)}</td>
      <td>{formatInteger(leechers[as]!)}</td>
      <td>{formatInteger(seeds[as]!)}</td>
      <td>{formatInteger(leaders[as]!)}</td>
      <td>
        <ProgressBar share={progress[as]!} />
      </td>
      <td>{megabytes(outsideBits[as]!)}</td>
      <td>{formatDecimal(redundancy[as]!, 2)}</td>
    </tr>
  );
}
