import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import OSS from 'ali-oss';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { useHouse } from '../house.fixture.js';
import { runBlock } from '../page.fixture.js';
import { because } from '../program.fixture.js';
import { uploadAll } from './uploads.fixture.js';

const wanted = {
  operations: ['put', 'multipart', 'resumable', 'presigned', 'form'],
  signatures: ['v1', 'v4'],
  failingCallback: { raised: true, code: 'CallbackFailed' },
} as const;

describe('ali-oss 6.23.0', () => {
  const house = useHouse();

  test('in Node.js', async () => {
    const { run } = house;
    const lines = [...(await uploadAll(OSS, run, 'v1')), ...(await uploadAll(OSS, run, 'v4'))];
    const { seen, expected } = await house.compare(lines, wanted);
    expect(seen).toEqual(expected);
  });

  test('the block on the page of SDKs', async () => {
    const { seen, expected } = await runBlock(house, 'ali-oss', {
      file: 'upload.mjs',
      command: (file) => [process.execPath, file],
      links: { node_modules: resolve('node_modules') },
    });
    expect(seen).toEqual(expected);
  });
});

const { chromiumPath } = inject('services');
const missing = chromiumPath ? undefined : 'there is no Chromium; `npm test` installs it where it may';

describe.skipIf(missing)(`the browser build of ali-oss 6.23.0 in Chromium${because(missing)}`, () => {
  const house = useHouse();
  // A page from elsewhere than this machine may not ask this machine.
  const pages = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Upload</title>');
  });
  beforeAll(() => once(pages.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => pages.close());

  test('in a page of another origin', async () => {
    const browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
      await page.addScriptTag({ path: join('node_modules/ali-oss/dist/aliyun-oss-sdk.js') });
      const lines = await page.evaluate(
        async ({ text, run }) => {
          // What the bundler of the tests may have put around names of functions.
          const upload = new Function('__name', `return (${text})`)(
            (value: unknown) => value,
          ) as typeof uploadAll;
          const { OSS: Client } = globalThis as unknown as { OSS: typeof OSS };
          return [...(await upload(Client, run, 'v1')), ...(await upload(Client, run, 'v4'))];
        },
        { text: uploadAll.toString(), run: house.run },
      );
      // A page has no key to sign forms with: its backend does.
      const operations = wanted.operations.filter((operation) => operation !== 'form');
      const { seen, expected } = await house.compare(lines, { ...wanted, operations });
      expect(seen).toEqual(expected);
    } finally {
      await browser.close();
    }
  });
});
