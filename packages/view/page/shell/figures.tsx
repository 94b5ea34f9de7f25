/** The figures of the run, or of both, at the time of their scenes. */

import { changeText } from './format.ts';
import { type Figure, figuresOf } from './figures-of.ts';
import type { ShellState } from './shell-state.ts';

/** The figures of all runs of the page; of two, also how the second differs from the first. */
export function Figures({ shell }: { readonly shell: ShellState }) {
  const columns = shell.page.runs.map(({ scene, points, header }) =>
    scene.value === undefined || header.value === undefined
      ? []
      : figuresOf(scene.value, points.value, header.value),
  );
  const first = columns.find(({ length }) => length > 0) ?? [];
  return (
    <section
      class={columns.length > 1 ? 'shell-figures shell-figures-pair' : 'shell-figures'}
      aria-labelledby="figures-title"
    >
      <h2 id="figures-title" class="visually-hidden">
        Figures at this time
      </h2>
      {first.length === 0 ? null : (
        <dl>
          {first.map(({ name, label, title }) => (
            <div key={name} title={title}>
              <dt>{label}</dt>
              <Values shell={shell} columns={columns} name={name} />
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

interface ValuesProps {
  readonly shell: ShellState;
  readonly columns: readonly (readonly Figure[])[];
  readonly name: string;
}

function Values({ shell, columns, name }: ValuesProps) {
  const figures = columns.map((column) => column.find((figure) => figure.name === name));
  const [first, second] = figures;
  return (
    <>
      {figures.map((figure, run) => (
        <dd key={run} data-figure={name} data-run={run} data-value={figure?.value}>
          {figures.length > 1 && (
            <span class={`shell-run-mark shell-run-mark-${run}`}>
              <span class="visually-hidden">{shell.labelOf(shell.page.runs[run]!)}: </span>
            </span>
          )}
          {figure === undefined ? '–' : figure.text(figure.value)}
        </dd>
      ))}
      {first !== undefined && second !== undefined && name !== 'timeMs' && (
        <dd class="shell-change">
          <span class="visually-hidden">Change: </span>
          {changeText(first.value, second.value, first.text)}
        </dd>
      )}
    </>
  );
}
