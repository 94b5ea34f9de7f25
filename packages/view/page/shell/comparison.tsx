/** What two runs differ in, above their figures. */

import { useComputed } from '@preact/signals';

import { differencesOf, type FieldDifference } from './differences.ts';
import { figuresOf } from './figures-of.ts';
import { changeText } from './format.ts';
import type { ShellState } from './shell-state.ts';

/** How many fields are shown at first. */
const SHOWN_MAX = 8;

/** The figures by which runs are compared first; all others are below the maps. */
const KEY_FIGURES = ['redundancy', 'bytesFromOutside', 'borderKbps', 'completions'];

/** The fields of the configuration in which the two runs of a page differ, and what this makes. */
export function Comparison({ shell }: { readonly shell: ShellState }) {
  const { runs } = shell.page;
  const differences = useComputed(() => {
    const [first, second] = runs.map(({ header }) => header.value);
    return first === undefined || second === undefined ? undefined : differencesOf(first, second);
  }).value;
  return (
    <section class="shell-comparison" aria-labelledby="comparison-title">
      <h2 id="comparison-title">What differs</h2>
      <p class="shell-legend">
        {runs.map((run) => (
          <span key={run.index}>
            <span class={`shell-run-mark shell-run-mark-${run.index}`} /> {shell.labelOf(run)}
          </span>
        ))}
      </p>
      {differences === undefined && <p>This is known once both recordings have been opened.</p>}
      {differences?.length === 0 && <p>Nothing: both have the same configuration and seed.</p>}
      {differences !== undefined && differences.length > 0 && <Lines differences={differences} />}
      <KeyFigures shell={shell} />
    </section>
  );
}

/** What the key figures are at the time of the clock, from the first run to the second. */
function KeyFigures({ shell }: { readonly shell: ShellState }) {
  const [first, second] = shell.page.runs.map(({ scene, points, header }) =>
    scene.value === undefined || header.value === undefined
      ? undefined
      : figuresOf(scene.value, points.value, header.value),
  );
  if (first === undefined || second === undefined) return null;
  return (
    <ul class="shell-key-figures" aria-label="Figures at this time">
      {KEY_FIGURES.map((name) => {
        const [one, other] = [first, second].map((each) => each.find((of) => of.name === name)!);
        return (
          <li key={name}>
            <b>{one!.label}</b>: {one!.text(one!.value)} <span aria-hidden="true">→</span>
            <span class="visually-hidden">, in the second</span> {other!.text(other!.value)}{' '}
            <span class="shell-change">({changeText(one!.value, other!.value, one!.text)})</span>
          </li>
        );
      })}
    </ul>
  );
}

function Lines({ differences }: { readonly differences: readonly FieldDifference[] }) {
  const rest = differences.slice(SHOWN_MAX);
  return (
    <>
      <List differences={differences.slice(0, SHOWN_MAX)} />
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <List differences={rest} />
        </details>
      )}
    </>
  );
}

function List({ differences }: { readonly differences: readonly FieldDifference[] }) {
  return (
    <ul>
      {differences.map(({ path, first, second }) => (
        <li key={path}>
          <b>{path}</b>: {first} <span aria-hidden="true">→</span>
          <span class="visually-hidden">, in the second</span> {second}
        </li>
      ))}
    </ul>
  );
}
