/**
 * Draws, from the recording of a run, how pieces come into an AS and spread there: a dot for each
 * piece that a peer of the AS has stored, in another colour if it came from another AS.
 *
 *     npm run --silent cachetorrent -- run swarm.yaml --out result --record
 *     npm run --silent example examples/recording.ts result/recording.ctr pieces.svg
 */

import { writeFileSync } from 'node:fs';

import { readRecording } from '@cachetorrent/runner';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const [file, picture = 'pieces.svg', as = '0'] = process.argv.slice(2);
if (file === undefined) throw new Error('name a recording');

const recording = await readRecording(file);
const { peers } = recording.header;
const dots: { seconds: number; piece: number; from: string }[] = [];
for await (const { changes } of recording) {
  for (const change of changes) {
    if (change.kind !== 'stored' || change.as !== Number(as)) continue;
    const { atMs, piece } = change;
    const isInside = peers.as[change.from] === change.as;
    dots.push({ seconds: atMs / 1000, piece, from: isInside ? 'its own AS' : 'another AS' });
  }
}

const svg = Plot.plot({
  document: parseHTML('<body></body>').document,
  x: { label: 'simulated time, s' },
  y: { label: 'piece' },
  color: { domain: ['its own AS', 'another AS'], range: ['lightsteelblue', 'crimson'] },
  marks: [Plot.dot(dots, { x: 'seconds', y: 'piece', fill: 'from', r: 1.5 })],
});
writeFileSync(picture, svg.outerHTML.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"'));
const outside = dots.filter(({ from }) => from === 'another AS').length;
console.log(`${dots.length} pieces stored in AS ${as}, ${outside} of them from other AS:`, picture);
