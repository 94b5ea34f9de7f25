import { describe, expect, test } from 'vitest';

import { safeName, safePath, UniquePaths } from './safe-path.ts';

test.each([
  'a.txt',
  '..a',
  'a..',
  '...',
  '.hidden',
  'über',
  '文件',
  'a b',
  'می\u200cخواهم',
  'x'.repeat(255),
])('"%s" is a safe name', (name) => {
  expect(safeName(name, 'linux')).toBe(name);
});

test.each([
  ['', '_'],
  ['.', '_'],
  ['..', '_'],
  ['../../etc/passwd', '.._.._etc_passwd'],
  ['/etc/passwd', '_etc_passwd'],
  ['..\\..\\windows', '.._.._windows'],
  ['a\0b', 'a_b'],
  ['a\nb\x1b[2J', 'a_b_[2J'],
  ['a\u2028b', 'a_b'],
  ['photo\u202egpj.exe', 'photo_gpj.exe'],
  ['x'.repeat(256), 'x'.repeat(255)],
  [`${'ä'.repeat(200)}.flac`, `${'ä'.repeat(125)}.flac`],
  ['😀'.repeat(70), '😀'.repeat(63)],
  [`a.${'x'.repeat(300)}`, `a.${'x'.repeat(253)}`],
])('%j becomes %j', (name, safe) => {
  expect(safeName(name, 'linux')).toBe(safe);
  expect(safeName(safe, 'linux')).toBe(safe);
});

test.each([
  ['con', '_con'],
  ['NUL.txt', '_NUL.txt'],
  ['lpt1', '_lpt1'],
  ['C:', 'C_'],
  ['file.txt:hidden', 'file.txt_hidden'],
  ['what?', 'what_'],
  ['end. .', 'end_'],
  ['console', 'console'],
  ['a.con', 'a.con'],
])('on Windows, "%s" becomes "%s"; elsewhere it is safe', (name, safe) => {
  expect(safeName(name, 'win32')).toBe(safe);
  expect(safeName(safe, 'win32')).toBe(safe);
  expect(safeName(name, 'linux')).toBe(name);
});

describe('a path', () => {
  test.each([
    { path: ['n', 'a', 'b'], safe: ['n', 'a', 'b'] },
    { path: ['n', '..', '..', 'etc', 'passwd'], safe: ['n', 'etc', 'passwd'] },
    { path: ['n', 'a', '', '.', 'b'], safe: ['n', 'a', 'b'] },
    { path: ['..', 'a'], safe: ['_', 'a'] },
    { path: ['n', '..'], safe: ['n', '_'] },
    { path: ['n'], safe: ['n'] },
    { path: ['n', ...Array.from({ length: 100_000 }, () => 'a'), 'b'], safe: ['n', 'b'] },
    { path: ['n', 'x'.repeat(999), 'b'], safe: ['n', 'b'] },
  ])('that leads out of its folder or is too long is changed, $safe', ({ path, safe }) => {
    expect(safePath(path, 'linux')).toEqual(safe);
  });
});

describe('of paths, each file gets its own', () => {
  const uniqueOf = (paths: readonly string[], platform: NodeJS.Platform): string[] => {
    const unique = new UniquePaths(platform);
    return paths.map((path) => unique.add(path.split('/')).join('/'));
  };

  test.each<[string, NodeJS.Platform, string[], string[]]>([
    [
      'different ones stay',
      'linux',
      ['n/a', 'n/b', 'n/c/a', 'n/A'],
      ['n/a', 'n/b', 'n/c/a', 'n/A'],
    ],
    ['of equal files', 'linux', ['n/a.b', 'n/a.b', 'n/a.b'], ['n/a.b', 'n/a (2).b', 'n/a (3).b']],
    ['a number may be taken, too', 'linux', ['a (2)', 'a', 'a'], ['a (2)', 'a', 'a (3)']],
    ['a file has the name of a folder', 'linux', ['n/a/b', 'n/a'], ['n/a/b', 'n/a (2)']],
    [
      'a folder has the name of a file, and stays one folder',
      'linux',
      ['n/a', 'n/a/b', 'n/a/c'],
      ['n/a', 'n/a (2)/b', 'n/a (2)/c'],
    ],
    ['case does not count', 'win32', ['n/A', 'n/a'], ['n/A', 'n/a (2)']],
    ['nor does composition', 'darwin', ['n/\u00e4', 'n/a\u0308'], ['n/\u00e4', 'n/a\u0308 (2)']],
  ])('%s', (_, platform, paths, expected) => {
    expect(uniqueOf(paths, platform)).toEqual(expected);
  });

  test('a long name keeps its length', () => {
    const long = `${'x'.repeat(251)}.mkv`;
    expect(uniqueOf([long, long], 'linux')[1]).toBe(`${'x'.repeat(247)} (2).mkv`);
  });

  test('many equal names take a time that grows with their number only', () => {
    const paths = Array.from({ length: 50_000 }, () => 'n/a');
    expect(new Set(uniqueOf(paths, 'linux')).size).toBe(50_000);
  });
});
