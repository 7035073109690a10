import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** References to files in a built file: `import … from`, `import(…)` and `new URL(…)`. */
const named = /(?:\bfrom|\bimport\s*\(?|\bnew URL\()\s*['"]([.#][^'"]*)['"]/g;

/**
 * Hashes a built program: its main file and all our files that it imports, directly or indirectly. Equal hashes mean
 * that the code of the program has not changed.
 * @param root the folder whose package.json resolves `#…`
 */
export async function hashProgram(root: string, mainFile: string): Promise<string> {
  const entries = await readEntries(root);
  const contents = new Map<string, string>();
  const waiting = [mainFile];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (contents.has(file)) continue;
    const content = await readIfThere(file);
    contents.set(file, content);
    for (const [, name = ''] of content.matchAll(named)) {
      const target = name.startsWith('#') ? entries.get(name) : resolve(dirname(file), name);
      if (target?.endsWith('.js')) waiting.push(target);
    }
  }
  const hash = createHash('sha256');
  for (const file of [...contents.keys()].sort())
    hash.update(`${file}\0${contents.get(file)?.replace(/\n\/\/# sourceMappingURL=.*/, '')}\0`);
  return hash.digest('hex');
}

async function readEntries(root: string): Promise<Map<string, string>> {
  const { imports = {} } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    imports?: Record<string, { default: string }>;
  };
  return new Map(Object.entries(imports).map(([entry, places]) => [entry, join(root, places.default)]));
}

/** Empty if the file does not exist: a name in a string or comment may look like an import. */
async function readIfThere(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
