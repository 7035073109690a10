import sharp from 'sharp';
import { parsePipelines } from '#pipelines';
import { developmentSecrets } from '#runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DocsRun, startDocsRun } from './local-run.fixture.js';
import { type CodeBlock, readPages } from './markdown.fixture.js';

/** `text` is for people: a transcript, a drawing, the usage of a command. */
const languages = new Set(['text', 'json', 'yaml', 'sh', 'js', 'sql', 'mermaid']);
const blocks = readPages().flatMap((page) => page.blocks);

/** The blocks of a language that run, by their places. */
function runnable(language: string): [string, CodeBlock][] {
  return blocks
    .filter((block) => block.language === language && !block.notRun && !block.runWith)
    .map((block) => [block.place, block]);
}

test('a block that no test runs says why', () => {
  const silent = blocks.filter(
    ({ language, notRun, runWith }) => !languages.has(language) && !notRun && !runWith,
  );
  expect(silent.map(({ place, language }) => `${place} ${language}`)).toEqual([]);
});

test.each(runnable('json'))('%s is JSON', (_, { text }) => {
  expect(JSON.parse(text)).toBeTypeOf('object');
});

test.each(runnable('yaml'))('%s is a pipelines file', (place, { text }) => {
  expect(parsePipelines(text, place).pipelines).not.toEqual([]);
});

describe('against a local run', () => {
  let local: DocsRun;
  beforeAll(async () => {
    const cat = await sharp({ create: { width: 32, height: 24, channels: 3, background: '#d97706' } })
      .jpeg()
      .toBuffer();
    // Larger than a part, so that it goes up in several; nobody looks at what it is.
    const film = Buffer.alloc(9 * 1024 * 1024);
    local = await startDocsRun({ 'cat.jpg': cat, 'cat.mp4': film });
  });
  afterAll(() => local[Symbol.asyncDispose]());

  test.each(runnable('sh'))('%s runs', async (_, { text }) => {
    await expect(local.runShell(text)).resolves.toBeTypeOf('string');
  });

  test.each(runnable('sql'))('%s runs', async (_, { text }) => {
    await expect(local.query(text)).resolves.toBeInstanceOf(Array);
  });

  test.each(runnable('js'))('%s runs', async (_, { text }) => {
    // Each prints the id of what it uploaded; a callback that fails would leave none.
    expect(await local.runModule(pointHere(text, local))).toMatch(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/);
  });
});

/** The pages show a bucket in Hangzhou and an api of one's own; here both are those of the local run. */
function pointHere(source: string, { facts }: DocsRun): string {
  return source
    .replace(
      `region: 'oss-cn-hangzhou', bucket: 'examplebucket'`,
      `endpoint: '${facts.oss.endpoint}', sldEnable: true, region: 'cn-hangzhou', bucket: '${facts.oss.bucket}'`,
    )
    .replace('process.env.OSS_ACCESS_KEY_ID', `'${developmentSecrets.accessKeyId}'`)
    .replace('process.env.OSS_ACCESS_KEY_SECRET', `'${developmentSecrets.accessKeySecret}'`)
    .replace('https://media.example.com/callbacks/oss', facts.callbackUrl);
}
