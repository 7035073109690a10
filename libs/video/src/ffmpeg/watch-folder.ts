import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const intervalMs = 1_000;

/** Total size of all files below a folder in bytes; a file that vanishes meanwhile counts as 0. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let sum = 0;
  for (const entry of entries) if (entry.isFile()) sum += await fileBytes(join(entry.parentPath, entry.name));
  return sum;
}

/** Size of a file in bytes; 0 if it does not exist. */
export async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return 0;
    throw thrown;
  }
}

/**
 * Checks the size of a folder every second, or less often if it holds so many files that a check takes long.
 *
 * @param onFull called once, with the size, when it exceeds `maxBytes`
 * @returns a function that stops the watch
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
  // A file that cannot be read was being moved or removed: keep enforcing the bound.
  const lookAgain = () => void look().catch(() => waitFor(intervalMs));
  timer = setTimeout(lookAgain, intervalMs);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
