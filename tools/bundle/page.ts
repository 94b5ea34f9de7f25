/**
 * Bundles the page of `packages/view` into one HTML file, which loads nothing from anywhere: its
 * program as an inline module, the program of its workers as text in it, and its styles.
 *
 *     packages/view/page/main.tsx ─────────────────┐
 *                        worker/entry.ts ─ text ───┤
 *                        **.css ───────────────────┴─▶ packages/view/dist/page.html
 *
 * `pageOf` of `packages/view` puts the runs that it shows in the place of `<!-- view data -->`.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { type OutputChunk, rolldown, type RolldownPluginOption } from 'rolldown';

import { licensesOf } from './licenses.ts';

const PAGE = 'packages/view/page';
const FOLDER = 'packages/view/dist';
/** The module whose default export is the program of a worker, as text. */
const WORKER = 'view:worker';

/** Where the page is. */
export function pageFileIn(root: string): string {
  return join(root, FOLDER, 'page.html');
}

/** Writes the page. Returns the modules that it was made of. */
export async function bundlePage(root: string): Promise<readonly string[]> {
  const worker = await bundled(root, 'worker/entry.ts', 'iife', []);
  const page = await bundled(root, 'main.tsx', 'esm', [textModule(WORKER, worker.code)]);
  const styles = readdirSync(join(root, PAGE), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.css'))
    // What holds everywhere comes first.
    .sort((a, b) => dirname(a).length - dirname(b).length || (a < b ? -1 : 1))
    .map((path) => join(root, PAGE, path));
  const modules = [...worker.moduleIds, ...page.moduleIds, ...styles];
  const style = styles.map((path) => readFileSync(path, 'utf8')).join('\n');
  mkdirSync(join(root, FOLDER), { recursive: true });
  write(join(root, FOLDER, 'page-licenses.txt'), licensesOf(modules));
  write(pageFileIn(root), htmlOf(page.code, style));
  return modules;
}

async function bundled(
  root: string,
  entry: string,
  format: 'iife' | 'esm',
  plugins: readonly RolldownPluginOption[],
): Promise<OutputChunk> {
  const build = await rolldown({
    input: join(root, PAGE, entry),
    cwd: root,
    platform: 'browser',
    tsconfig: join(root, PAGE, 'tsconfig.json'),
    resolve: { conditionNames: ['cachetorrent-source', 'import', 'browser', 'default'] },
    plugins: [...plugins],
  });
  try {
    const { output } = await build.generate({ format, minify: true, codeSplitting: false });
    return output[0];
  } finally {
    await build.close();
  }
}

function textModule(name: string, text: string): RolldownPluginOption {
  return {
    name: 'text-module',
    resolveId: (id) => (id === name ? id : undefined),
    load: (id) => (id === name ? `export default ${JSON.stringify(text)};` : undefined),
  };
}

function htmlOf(code: string, style: string): string {
  // Within a script, HTML knows these two words; both can only be in strings or comments.
  const script = code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--').trim();
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    "connect-src 'self'",
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,">
<title>CacheTorrent</title>
<style>
${style.trim()}
</style>
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript.</noscript>
<!-- view data -->
<script type="module">${script}</script>
</body>
</html>
`;
}

/** At once: whoever reads the file meanwhile gets the old one or the new one. */
function write(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}
