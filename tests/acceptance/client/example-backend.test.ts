import { eventually } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, skippedWithoutChromium } from '../fixtures/chromium.fixture.js';
import { png } from '../fixtures/files.fixture.js';
import { type Example, startExample } from './example-backend.fixture.js';

interface Known {
  id: string;
  objectKey: string;
  status: string;
  events: number;
}

describe.skipIf(skippedWithoutChromium)(
  `examples/backend in a real Chromium${skippedWithoutChromium}`,
  () => {
    let example: Example;
    let browser: Browser;
    beforeAll(async () => {
      example = await startExample();
      const { output, code, complaints } = await example.landfall(
        'webhooks',
        'create',
        '--url',
        `${example.url}/webhooks`,
        '--json',
      );
      if (code !== 0) throw new Error(complaints);
      await example.startBackend((JSON.parse(output) as { secret: string }).secret);
      browser = await launchChromium();
      return async () => {
        await browser.close();
        await example[Symbol.asyncDispose]();
      };
    });

    /** The page, as this user. */
    async function openPage(user: string): Promise<{ page: Page; complaints: string[] }> {
      const context = await browser.newContext();
      await context.addCookies([{ name: 'user', value: user, url: example.url }]);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(example.url);
      return { page, complaints };
    }
    const upload = async (page: Page, name: string, mimeType: string, buffer: Buffer) => {
      await page.getByLabel('File').setInputFiles({ name, mimeType, buffer });
      await page.getByRole('button', { name: 'Upload' }).click();
    };
    const knownOf = async (user: string): Promise<Known[]> =>
      (await (
        await fetch(`${example.url}/uploads`, { headers: { cookie: `user=${user}` } })
      ).json()) as Known[];

    test('a picture goes up with progress, is followed live, and is shown; the backend is told by webhooks', async () => {
      const { page, complaints } = await openPage('ada');
      await upload(page, 'sea.png', 'image/png', await png(1_200, 900));
      await page.getByRole('status').getByText('ready').waitFor();
      await page.locator('#pictures img').nth(2).waitFor();
      await eventually(async () => {
        const sizes = await page.evaluate('[...document.images].map((one) => one.naturalWidth)');
        return (
          JSON.stringify(sizes) === '[320,640,1280]' ||
          JSON.stringify(sizes) === '[320,640,1200]' ||
          undefined
        );
      });
      expect(await page.getByRole('progressbar').getAttribute('value')).not.toBe('0');
      const happened = await page.getByRole('list', { name: 'Events' }).innerText();
      expect(happened).toMatch(
        /^upload\.stored[^]*upload\.processing[^]*rendition\.ready thumb[^]*upload\.ready/,
      );
      expect(complaints).toEqual([]);
      const known = await eventually(async () => {
        const [one] = await knownOf('ada');
        return one?.status === 'ready' && one.events >= 6 ? one : undefined;
      });
      expect(known.objectKey).toMatch(/sea\.png$/);
      expect(await knownOf('bob')).toEqual([]);
    });

    test('a file that is none of what it says is shown to have failed', async () => {
      const { page } = await openPage('bob');
      await upload(page, 'broken.png', 'image/png', (await png(64, 64)).subarray(0, 50));
      await page
        .getByRole('status')
        .getByText(/^Error: /)
        .waitFor();
      const known = await eventually(async () =>
        (await knownOf('bob')).find(({ status }) => status === 'failed'),
      );
      expect(known.objectKey).toMatch(/broken\.png$/);
    });

    test('what no secret of ours signed is refused', async () => {
      const forged = await fetch(`${example.url}/webhooks`, {
        method: 'POST',
        headers: {
          'webhook-id': '019bbd8e-7b00-7000-8000-000000000001',
          'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
          'webhook-signature': 'v1,Zm9yZ2Vk',
        },
        body: '{"type": "upload.ready"}',
      });
      expect(forged.status).toBe(400);
      expect((await fetch(`${example.url}/webhooks`, { method: 'POST', body: '' })).status).toBe(400);
    });

    test.each(['/client/../server.ts', '/client/..%2fserver.ts', '/client/package.json', '/nowhere'])(
      '%s is not served',
      async (path) => {
        // fetch would shorten the path.
        const context = await browser.newContext();
        const answer = await context.request.get(`${example.url}${path}`);
        expect(answer.status()).toBe(404);
      },
    );
  },
);
