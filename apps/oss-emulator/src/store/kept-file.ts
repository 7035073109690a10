import { readFile, rename, writeFile } from 'node:fs/promises';

/**
 * The text of a file that is made at the first start and kept; readable only for this user.
 * @param make its text, if there is no such file
 */
export async function keepFile(path: string, make: () => string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const text = make();
  // Whole or not at all, whenever the process is killed.
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, text, { mode: 0o600, flush: true });
  await rename(unfinished, path);
  return text;
}
