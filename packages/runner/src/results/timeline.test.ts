import { expect, test } from 'vitest';

import { TIMELINE } from '../../test/test-environment.ts';
import { timelineCsv } from './timeline.ts';

test('a timeline: one row an interval and AS, in bytes', () => {
  expect(timelineCsv(TIMELINE)).toBe(
    [
      'fromMs,toMs,as,piecesHeld,activeConnections,bytesFromOutside,bytesInside,uploadUtilisation',
      '0,10000,0,10,1,0,0,0.25',
      '0,10000,1,4,2,24.5,49,0.333333',
      '',
    ].join('\n'),
  );
});
