import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, test } from 'vitest';

/** An entry with all that it needs, as a bundler would ship it to a page. */
async function bundle(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: `clients/typescript/src/${entry}.ts`, formats: ['es'], fileName: entry },
    },
  });
  const [one] = [built].flat();
  if (!one || !('output' in one)) throw new Error('nothing was built');
  return one.output.map((part) => (part.type === 'chunk' ? part.code : '')).join('');
}

test.each(['index', 'browser'])('%s has under 15 kB and needs nothing of Node', async (entry) => {
  const code = await bundle(entry);
  expect(gzipSync(code).length).toBeLessThan(15_000);
  expect(code).not.toMatch(/\bimport\b|\brequire\(|\bprocess\.|\bBuffer\b|node:/);
  expect(code).toContain('uploads');
});
