import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePipelines } from '#pipelines';
import { configSections, listErrors, loadConfig, type SectionName, warningTable } from '#runtime';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { createProgram } from '../program.js';
import { isSecret, listSections, listSettings } from './settings.js';
import { renderDocs, writeDocs } from './write-docs.js';

const program = createProgram({ env: {}, end: () => undefined });

test.each(Object.entries(renderDocs(program)))(
  '%s is what "npm run landfall -- docs" writes',
  (place, text) => {
    expect(readFileSync(place, 'utf8')).toBe(text);
  },
);

test.each(Object.entries(renderDocs(program)))(
  '%s shows every default as an operator writes it',
  (_, text) => {
    expect(text).not.toContain('[object Object]');
  },
);

test('the pages name every setting, error code and warning code', () => {
  const pages = renderDocs(program);
  for (const section of Object.values(configSections)) {
    for (const name of Object.keys(section.shape))
      expect(pages['docs/configuration.md']).toContain(`\`${name}\``);
  }
  for (const code of [...listErrors().map(([code]) => code), ...Object.keys(warningTable)])
    expect(pages['docs/errors.md']).toContain(`\`${code}\``);
});

test('every process starts with .env.example as it is', () => {
  const env = parseEnv(renderDocs(program)['.env.example'] ?? '');
  const config = loadConfig(Object.keys(configSections) as SectionName[], env);
  expect(config.oss.endpoint).toBe('http://emulator:9000');
});

test('the examples of the pipelines page are right', () => {
  const page = renderDocs(program)['docs/pipelines.md'] ?? '';
  const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text);
  expect(examples).toHaveLength(4);
  for (const example of examples) expect(parsePipelines(example, 'example').pipelines).not.toEqual([]);
});

test('the files are written where they belong', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-docs-'));
  expect(await writeDocs(folder, program)).toBe(0);
  expect(await readFile(join(folder, 'docs/errors.md'), 'utf8')).toBe(renderDocs(program)['docs/errors.md']);
  await rm(folder, { recursive: true });
});

test('what is secret is known by its name', () => {
  const secret = listSections()
    .flatMap(listSettings)
    .filter(isSecret)
    .map(({ name }) => name);
  for (const name of ['DATABASE_URL', 'QUEUE_URL', 'API_KEYS', 'CALLBACK_URL_SECRETS', 'OSS_ACCESS_KEY_ID'])
    expect(secret).toContain(name);
  for (const name of ['OSS_ENDPOINT', 'CALLBACK_KEY_HOSTS', 'TICKET_KEY_TEMPLATE', 'LIVE_TOKEN_LIFETIME_S'])
    expect(secret).not.toContain(name);
});
