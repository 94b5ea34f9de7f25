/** A timeline as a table that any program reads: one row an interval and AS. */

import type { Timeline } from '@cachetorrent/simulator';

/** Times are simulated ms since the run began; an interval ends before `toMs`. */
export function timelineCsv(timeline: Timeline): string {
  const { fromMs, toMs, as, piecesHeld, activeConnections, outsideBits, insideBits } = timeline;
  const rows = [
    'fromMs,toMs,as,piecesHeld,activeConnections,bytesFromOutside,bytesInside,uploadUtilisation',
  ];
  for (let i = 0; i < as.length; i++) {
    const standing = `${piecesHeld[i]},${activeConnections[i]}`;
    const moved = `${outsideBits[i]! / 8},${insideBits[i]! / 8}`;
    const utilisation = Number(timeline.uploadUtilisation[i]!.toFixed(6));
    rows.push(`${fromMs[i]},${toMs[i]},${as[i]},${standing},${moved},${utilisation}`);
  }
  return `${rows.join('\n')}\n`;
}
