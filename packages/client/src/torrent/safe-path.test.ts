import { describe, expect, test } from 'vitest';

import { findCollision, pathProblem } from './safe-path.ts';

test.each([
  [['a.txt']],
  [['folder', 'b', 'c.txt']],
  [['..a']],
  [['a..']],
  [['...']],
  [['.hidden']],
  [['über', '文件']],
  [['a b']],
])('%o stays inside its folder', (path) => {
  expect(pathProblem(path)).toBeUndefined();
});

test.each([
  [[], 'is empty'],
  [['..'], 'has the part ".."'],
  [['folder', '..', '..', 'etc', 'passwd'], 'has the part ".."'],
  [['.'], 'has the part "."'],
  [['folder', ''], 'has the part ""'],
  [['../../etc/passwd'], 'has a separator inside the part "../../etc/passwd"'],
  [['/etc/passwd'], 'has a separator inside the part "/etc/passwd"'],
  [['..\\..\\windows'], 'has a separator inside the part "..\\..\\windows"'],
  [['C:'], 'names a drive in "C:"'],
  [['a\0b'], 'has control characters'],
  [['a\nb'], 'has control characters'],
  [['x'.repeat(256)], 'has a part of over 255 bytes'],
  [['ä'.repeat(128)], 'has a part of over 255 bytes'],
])('%o is refused', (path, problem) => {
  expect(pathProblem(path)).toBe(problem);
});

test.each([
  ['con', 'names a device in "con"'],
  ['NUL.txt', 'names a device in "NUL.txt"'],
  ['lpt1', 'names a device in "lpt1"'],
  ['file.txt:hidden', 'has a character in "file.txt:hidden" that Windows forbids'],
  ['what?', 'has a character in "what?" that Windows forbids'],
  ['end.', 'has the part "end.", whose end Windows drops'],
  ['end ', 'has the part "end ", whose end Windows drops'],
  ['console', undefined],
  ['a.con', undefined],
])('"%s" on Windows: %s', (name, problem) => {
  expect(pathProblem(['n', name], 'win32')).toBe(problem);
  expect(pathProblem(['n', name], 'linux')).toBeUndefined();
});

test.each(['win32', 'darwin'] as const)(
  'on %s, two names that differ only in case are the same',
  (platform) => {
    expect(
      findCollision(
        [
          ['n', 'A'],
          ['n', 'a'],
        ],
        platform,
      ),
    ).toBe('n/a');
    expect(
      findCollision(
        [
          ['n', 'A'],
          ['n', 'a'],
        ],
        'linux',
      ),
    ).toBeUndefined();
  },
);

describe('the collision of paths', () => {
  test.each([
    [[['a'], ['a']], 'a'],
    [[['a', 'b'], ['a']], 'a'],
    [[['a'], ['a', 'b']], 'a'],
    [
      [
        ['a', 'b'],
        ['a', 'c'],
      ],
      undefined,
    ],
    [
      [
        ['a', 'b'],
        ['a', 'b', 'c'],
      ],
      'a/b',
    ],
  ])('%o', (paths, collision) => {
    expect(findCollision(paths)).toBe(collision);
  });
});
