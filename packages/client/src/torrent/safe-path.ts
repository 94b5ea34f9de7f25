/**
 * Keeps the files of a torrent inside their folder: a path comes from a stranger, and may try to
 * climb out of it, by `..`, by a separator in a name, or by a name that a system treats in its
 * own way.
 */

/** What is wrong with a path; undefined where it is safe on every system that we run on. */
export function objectionTo(path: readonly string[]): string | undefined {
  if (path.length === 0) return 'is empty';
  for (const part of path) {
    if (part === '' || part === '.' || part === '..') return `has the part "${part}"`;
    if (/[/\\]/.test(part)) return `has a separator inside the part "${part}"`;
    if (/\p{Cc}/u.test(part)) return 'has control characters';
    if (Buffer.byteLength(part) > 255) return 'has a part of over 255 bytes';
    if (/^[a-z]:/i.test(part)) return `names a drive in "${part}"`;
  }
  return undefined;
}

/** A path that two files share, or that is a file and a folder at once; undefined where none is. */
export function collisionAmong(paths: readonly (readonly string[])[]): string | undefined {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const path of paths) {
    const whole = path.join('/');
    if (files.has(whole) || folders.has(whole)) return whole;
    files.add(whole);
    for (let length = 1; length < path.length; length++) {
      const folder = path.slice(0, length).join('/');
      if (files.has(folder)) return folder;
      folders.add(folder);
    }
  }
  return undefined;
}
