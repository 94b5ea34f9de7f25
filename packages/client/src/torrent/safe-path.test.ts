import { describe, expect, test } from 'vitest';

import { collisionAmong, objectionTo } from './safe-path.ts';

test.each([
  [['a.txt']], [['folder', 'b', 'c.txt']], [['..a']], [['a..']], [['...']], [['.hidden']], [['über', '文件']], [['a b']],
])('%o is inside its folder', (path) => {
  expect(objectionTo(path)).toBeUndefined();
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
])('%o is refused', (path, objection) => {
  expect(objectionTo(path)).toBe(objection);
});

describe('paths that collide', () => {
  test.each([
    [[['a'], ['a']], 'a'],
    [[['a', 'b'], ['a']], 'a'],
    [[['a'], ['a', 'b']], 'a'],
    [[['a', 'b'], ['a', 'c']], undefined],
    [[['a', 'b'], ['a', 'b', 'c']], 'a/b'],
  ])('%o', (paths, collision) => {
    expect(collisionAmong(paths)).toBe(collision);
  });
});
