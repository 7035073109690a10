import { readFile, rename, writeFile } from 'node:fs/promises';

/**
 * Reads a text file, which is created on the first call and readable only by this user.
 * @param make returns the contents of a new file
 */
export async function keepFile(path: string, make: () => string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const text = make();
  // Written under another name and renamed, so that a killed process never leaves a partial file.
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, text, { mode: 0o600, flush: true });
  await rename(unfinished, path);
  return text;
}
