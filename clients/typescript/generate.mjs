// Writes docs/openapi.json from the compiled api, and src/generated/types.ts from it; with --check, only says whether the types
// are what would be written.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@hey-api/openapi-ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const contract = join(root, 'docs/openapi.json');
const target = join(root, 'clients/typescript/src/generated/types.ts');

const isCheck = process.argv.includes('--check');
if (!isCheck) {
  const { renderApiDocument } = await import('../../dist/apps/api/src/document.js');
  await writeFile(contract, await renderApiDocument());
}
const wanted = await generate();
if (!isCheck) {
  await writeFile(target, wanted);
} else if ((await readFile(target, 'utf8').catch(() => '')) !== wanted) {
  console.error(`${target} is not of docs/openapi.json: npm run generate:client`);
  process.exitCode = 1;
}

async function generate() {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-client-'));
  try {
    await createClient({
      input: contract,
      output: { path: folder, module: { extension: '.js' } },
      // Types alone: what sends requests is a few hundred lines of ours instead of two thousand generated ones.
      plugins: ['@hey-api/typescript'],
      logs: { level: 'silent', file: false },
    });
    return await readFile(join(folder, 'types.gen.ts'), 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
