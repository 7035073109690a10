import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { renderApiDocument } from './document.js';

test('docs/openapi.json is what "npm run landfall -- docs" writes', async () => {
  expect(await readFile('docs/openapi.json', 'utf8')).toBe(await renderApiDocument());
});
