/**
 * The program of the page: reads which runs it shows, starts to read them, and draws it.
 *
 * Tests and measurements read and set the state of the page as `window.cachetorrentView`.
 */

import { render } from 'preact';

import { App } from './app.tsx';
import { canFollow, follow, startPlayer, togglePlay } from './player.ts';
import { NothingToShow, readViewData } from './shell/read-view-data.ts';
import { startRun } from './shell/run-client.ts';
import { ShellState } from './shell/shell-state.ts';
import { PageState, RunState } from './state.ts';
import { suitSpeed } from './timeline/speeds.ts';

declare global {
  interface Window {
    /** The state of the page: what tests and measurements read. */
    cachetorrentView?: PageState;
  }
}

/** After how many attempts in a row the server counts as gone. */
const FAILURES_MAX = 5;

const root = document.getElementById('app')!;

function main(): void {
  const data = readViewData(document.getElementById('view-data')?.textContent);
  const page = new PageState(data.runs.map((run, i) => new RunState(run, i)));
  const clients = page.runs.map((run) => startRun(run));
  window.cachetorrentView = page;
  document.title = `${data.runs.map(({ name }) => name).join(' and ')} · CacheTorrent`;
  if (data.presence !== undefined) showPresence(data.presence);

  suitSpeed(page);
  startPlayer(page, clients, (draw) => requestAnimationFrame(draw));
  if (canFollow(page)) follow(page);
  else if (!matchMedia('(prefers-reduced-motion: reduce)').matches) togglePlay(page);
  render(<App shell={new ShellState(page)} clients={clients} />, root);
}

/** Keeps a stream open: the server counts its viewers by them. It may end before the page does. */
function showPresence(address: string): void {
  const stream = new EventSource(new URL(address, location.href));
  let failures = 0;
  stream.addEventListener('open', () => {
    failures = 0;
  });
  stream.addEventListener('error', () => {
    failures++;
    if (failures === FAILURES_MAX) stream.close();
  });
}

try {
  main();
} catch (error) {
  const text =
    error instanceof NothingToShow ? error.message : `The page has failed: ${String(error)}`;
  render(
    <main class="shell-nothing">
      <h1>CacheTorrent</h1>
      <p role="alert">{text}</p>
    </main>,
    root,
  );
}
