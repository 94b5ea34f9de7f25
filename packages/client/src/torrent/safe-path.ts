/**
 * Keeps the files of a torrent inside their folder: a path comes from a stranger, and may try to
 * climb out of it, by `..`, by a separator in a name, or by a name that a system treats in its
 * own way.
 */

/** Names that Windows keeps for devices, whatever extension they have. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
/** Of these, the colon would name a hidden stream of another file. */
const NOT_ON_WINDOWS = /[<>:"|?*]/;

/** What is wrong with a path on `platform`; undefined where nothing is. */
export function objectionTo(
  path: readonly string[],
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  if (path.length === 0) return 'is empty';
  for (const part of path) {
    if (part === '' || part === '.' || part === '..') return `has the part "${part}"`;
    if (/[/\\]/.test(part)) return `has a separator inside the part "${part}"`;
    if (/\p{Cc}/u.test(part)) return 'has control characters';
    if (Buffer.byteLength(part) > 255) return 'has a part of over 255 bytes';
    if (/^[a-z]:/i.test(part)) return `names a drive in "${part}"`;
    const objection = platform === 'win32' ? windowsObjectionTo(part) : undefined;
    if (objection !== undefined) return objection;
  }
  return undefined;
}

function windowsObjectionTo(part: string): string | undefined {
  if (DEVICE.test(part)) return `names a device in "${part}"`;
  if (NOT_ON_WINDOWS.test(part)) return `has a character in "${part}" that Windows forbids`;
  if (/[. ]$/.test(part)) return `has an end in "${part}" that Windows leaves away`;
  return undefined;
}

/** Systems for which `A` and `a` are one name. */
const IGNORES_CASE: ReadonlySet<NodeJS.Platform> = new Set(['win32', 'darwin']);

function folded(part: string): string {
  return part.normalize('NFC').toLowerCase();
}

/** A path that two files share, or that is a file and a folder at once; undefined where none is. */
export function collisionAmong(
  paths: readonly (readonly string[])[],
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const stated of paths) {
    const path = IGNORES_CASE.has(platform) ? stated.map(folded) : stated;
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
