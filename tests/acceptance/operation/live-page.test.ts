import { ossClient, type Stack, startApp, startStack, testBucket, type UploadView } from '#testing';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, skippedWithoutChromium } from '../fixtures/chromium.fixture.js';
import { serveLivePage } from '../fixtures/live-page.fixture.js';

interface Shown {
  type: string;
  uploadId: string;
}

describe.skipIf(skippedWithoutChromium)(`a page of another origin${skippedWithoutChromium}`, () => {
  let stack: Stack;
  let browser: Browser;
  let [origin, foreign] = ['', ''];
  beforeAll(async () => {
    const page = await serveLivePage();
    const stranger = await serveLivePage();
    [origin, foreign] = [page.origin, stranger.origin];
    stack = await startStack('postgres', { API_CORS_ORIGINS: origin, LIVE_HEARTBEAT_MS: '300' });
    await ossClient(stack).putBucketCORS(testBucket, [
      { allowedOrigin: origin, allowedMethod: ['POST'], allowedHeader: '*' },
    ]);
    browser = await launchChromium();
    return async () => {
      await browser.close();
      await stack[Symbol.asyncDispose]();
      await page[Symbol.asyncDispose]();
      await stranger[Symbol.asyncDispose]();
    };
  });

  const open = async (from: string): Promise<Page> => {
    const tab = await browser.newPage();
    await tab.goto(from);
    await tab.waitForFunction('window.page');
    return tab;
  };
  const post = async <T>(path: string, body: object): Promise<T> => {
    const answer = await fetch(`${stack.api.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.env['API_KEYS']}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as T;
  };
  /** What a backend hands to its page: a ticket, and a token for the upload that is made with it. */
  const permit = async (fileName: string) => {
    const ticket = await post<{ id: string }>('/v1/tickets', { fileName, contentType: 'image/png' });
    const { token, cursor } = await post<{ token: string; cursor: string }>('/v1/tokens', {
      tickets: [ticket.id],
    });
    return { apiUrl: stack.api.url, ticket, token, cursor };
  };
  const picture = (background: string) =>
    sharp({ create: { width: 64, height: 48, channels: 3, background } })
      .png()
      .toBuffer();
  const streamUrl = ({ apiUrl, token, cursor }: { apiUrl: string; token: string; cursor: string }) =>
    `${apiUrl}/v1/events/stream?token=${token}&after=${cursor}`;
  const follow = (tab: Page, url: string, type: string) =>
    tab.evaluate<string>(`page.follow(${JSON.stringify(url)}, ${JSON.stringify(type)})`);

  test('uploads with a ticket and follows it to the end, as the documentation says', async () => {
    const tab = await open(origin);
    const permission = await permit('a.png');
    const bytes = JSON.stringify([...(await picture('teal'))]);
    const upload = await tab.evaluate<UploadView>(
      `page.uploadAndFollow(${bytes}, ${JSON.stringify(permission)})`,
    );
    expect(upload).toMatchObject({ status: 'ready', bucket: testBucket, mimeType: 'image/png' });
    expect(upload.renditions[0]?.url).toMatch(/^http/);
    const shown = await tab.evaluate<Shown[]>('page.shown');
    const types = shown.map(({ type }) => type).filter((type) => type !== 'rendition.progress');
    expect(types.slice(0, 2)).toEqual(['upload.stored', 'upload.processing']);
    expect(new Set(types.slice(2))).toEqual(new Set(['rendition.ready']));
    expect(new Set(shown.map(({ uploadId }) => uploadId))).toEqual(new Set([upload.id]));
    await tab.close();
  });

  test('goes on by itself after the api was killed, and misses nothing', async () => {
    const own = await startApp('api', stack.env);
    const { port } = new URL(own.url);
    const permission = { ...(await permit('b.png')), apiUrl: own.url };
    const tab = await open(origin);
    expect(await follow(tab, streamUrl(permission), 'upload.stored')).toBe('open 1');
    await own.end('SIGKILL');
    const other = permission.ticket as unknown as { form: { url: string; fields: Record<string, string> } };
    const form = new FormData();
    for (const [name, value] of Object.entries(other.form.fields)) form.set(name, value);
    form.set('file', new Blob([new Uint8Array(await picture('gold'))]), 'b.png');
    const { id } = (await (await fetch(other.form.url, { method: 'POST', body: form })).json()) as {
      id: string;
    };
    await stack.waitFor(id, 'ready');
    const again = await startApp('api', { ...stack.env, API_PORT: port });
    await tab.waitForFunction('page.seen.length > 0');
    const seen = await tab.evaluate('page.seen');
    expect(seen).toMatchObject([{ lastEventId: id, data: { type: 'upload.stored', uploadId: id } }]);
    await tab.close();
    await again.end();
  });

  test('an origin that is not allowed follows nothing', async () => {
    const tab = await open(foreign);
    expect(await follow(tab, streamUrl(await permit('c.png')), 'upload.stored')).toBe('closed');
    await tab.close();
  });

  test('a token that was changed, or an API key in its place, follows nothing', async () => {
    const tab = await open(origin);
    const permission = await permit('d.png');
    for (const token of [permission.token.replace(/.$/, '!'), stack.env['API_KEYS'] ?? ''])
      expect(await follow(tab, streamUrl({ ...permission, token }), 'upload.stored')).toBe('closed');
    await tab.close();
  });
});
