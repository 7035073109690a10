import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const intervalMs = 1_000;

/** The bytes of all files below a folder; one that goes meanwhile counts nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let sum = 0;
  for (const entry of entries) if (entry.isFile()) sum += await fileBytes(join(entry.parentPath, entry.name));
  return sum;
}

/** The bytes of a file; 0 when there is none. */
export async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return 0;
    throw thrown;
  }
}

/**
 * Looks every second at what a folder holds, less often when it holds so many files that looking takes long.
 *
 * @param onFull called once, with the size, when it is more than `maxBytes`
 * @returns what ends the watch
 */
export function watchFolder(
  folder: string,
  maxBytes: number,
  onFull: (sizeBytes: number) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const look = async () => {
    const begunMs = performance.now();
    const sizeBytes = await folderBytes(folder);
    if (ended) return;
    if (sizeBytes > maxBytes) return onFull(sizeBytes);
    waitFor(Math.max(intervalMs, 20 * (performance.now() - begunMs)));
  };
  const waitFor = (waitMs: number) => {
    if (!ended) timer = setTimeout(lookAgain, waitMs);
  };
  // What cannot be read was being moved or removed: the bound must not end with that.
  const lookAgain = () => void look().catch(() => waitFor(intervalMs));
  timer = setTimeout(lookAgain, intervalMs);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
