/** Builds the page, unless it is that of the sources as they are. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

/** Builds what `npm run build` bundles: the command, and the page that shows a run. */
export function buildPage(): void {
  execFileSync(process.execPath, ['--conditions=cachetorrent-source', 'tools/bundle.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
