import { type AppProcess, startApp, type Stack, startStack } from '#testing';
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, skippedWithoutChromium } from '../fixtures/chromium.fixture.js';
import { expectAccessible, visit } from './visit.fixture.js';

const key = 'a-key-of-the-test-of-the-login';

describe.skipIf(skippedWithoutChromium)(`the login of the console${skippedWithoutChromium}`, () => {
  let stack: Stack;
  let browser: Browser;
  beforeAll(async () => {
    stack = await startStack('postgres', { API_KEYS: key });
    browser = await launchChromium();
    return async () => {
      await browser.close();
      await stack[Symbol.asyncDispose]();
    };
  });
  const open = (path: string, options: Parameters<typeof visit>[3] = {}) =>
    visit(browser, stack, path, options);

  test('tells of a wrong key, takes the right one, and leaves it nowhere but in its tab', async () => {
    const { page } = await open('/', { key: null });
    await page.waitForURL(/\/console\/$/);
    await page.getByLabel('API key or token').fill('a-wrong-key');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('This key is not valid.').waitFor();
    await expectAccessible(page);
    await page.getByLabel('API key or token').fill(key);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Uploads' }).waitFor();
    expect(await page.evaluate('JSON.stringify(localStorage)')).toBe('{}');
    expect(await page.context().cookies()).toEqual([]);
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).toBe(
      JSON.stringify({ 'landfall.key': key }),
    );
    // Another tab has no key; a reload keeps it, and whoever logs out takes it away.
    const other = await page.context().newPage();
    await other.goto(`${stack.api.url}/console/`);
    await other.getByLabel('API key or token').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('API key or token').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  test('takes a key of the address out of it at once, and out of what the browser can go back to', async () => {
    const { page, origins } = await open('/console/failures');
    expect(page.url()).toBe(`${stack.api.url}/console/failures`);
    for (const name of ['Uploads', 'Upload', 'Failures', 'Pipelines', 'Operations']) {
      await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { name, exact: true, level: 1 }).waitFor();
    }
    for (let step = 0; step < 5; step += 1) {
      await page.goBack();
      expect(page.url()).not.toContain('key');
    }
    for (const origin of origins) expect([stack.api.url, stack.emulator.url]).toContain(origin);
  });

  test('is asked for again when the key was revoked while the page is open', async () => {
    await using own = await ownApi();
    const { page } = await visit(browser, { api: own.api, env: stack.env }, '/console/failures');
    await page.getByText('No failures in this period.').waitFor();
    await own.restart({ API_KEYS: 'another-key-of-the-test' });
    // Whatever asks first is refused: the stream of events, or what the reader does.
    await page.getByText('The key is no longer valid. Log in with another one.').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    await page.getByLabel('API key or token').fill('another-key-of-the-test');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('No failures in this period.').waitFor();
  });

  test('says that a page stands still when the api refuses its events, until it takes them again', async () => {
    const { page } = await open('/console/pipelines');
    const refused = {
      type: 'about:blank',
      title: 'No',
      status: 403,
      detail: 'no events',
      code: 'auth.forbidden',
    };
    const events = /\/v1\/events\/stream/;
    await page.route(events, (route) =>
      route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(refused) }),
    );
    await page.getByRole('link', { name: 'Failures' }).click();
    const note = page.getByRole('complementary', { name: 'This page no longer updates automatically' });
    await note.getByText('auth.forbidden').waitFor();
    await expectAccessible(page);
    await page.unroute(events);
    await note.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => note.count()).toBe(0);
  });

  /** An api on the database of the stack, which can be restarted on its port. */
  async function ownApi() {
    let api: AppProcess = await startApp('api', stack.env);
    return {
      get api() {
        return api;
      },
      async restart(other: Record<string, string>) {
        const { port } = new URL(api.url);
        await api.end();
        api = await startApp('api', { ...stack.env, ...other, API_PORT: port });
      },
      async [Symbol.asyncDispose]() {
        await api.end();
      },
    };
  }

  test('a script that got into the page does not run, nor does it reach another host', async () => {
    const { page, complaints } = await open('/console/');
    await page.getByRole('heading', { name: 'Uploads' }).waitFor();
    await page.evaluate(`(() => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = "script"';
      const handler = document.createElement('div');
      handler.innerHTML = '<img src=x onerror="window.ran = \\'handler\\'"><iframe srcdoc="<script>top.ran=1</script>">';
      document.body.append(script, handler);
    })()`);
    expect(await page.evaluate(`fetch('https://example.com/').then(() => 'reached', () => 'refused')`)).toBe(
      'refused',
    );
    await expect
      .poll(() => complaints.filter((text) => /Content Security Policy/.test(text)).length)
      .toBeGreaterThan(2);
    expect(await page.evaluate('window.ran')).toBeUndefined();
  });

  test('an address within the console that is none says so', async () => {
    const { page } = await open('/console/nowhere/at/all');
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    await page.getByRole('link', { name: 'Go to all uploads' }).click();
    await page.getByRole('heading', { name: 'Uploads' }).waitFor();
    expect(page.url()).toBe(`${stack.api.url}/console/`);
  });

  test('is served compressed, for ever where a name has a hash, and always asked for where it has none', async () => {
    const { request } = await browser.newContext();
    const get = (path: string) =>
      request.get(`${stack.api.url}${path}`, { maxRedirects: 0, headers: { 'accept-encoding': 'br' } });
    expect(await get('/').then((answer) => [answer.status(), answer.headers()['location']])).toEqual([
      302,
      '/console/',
    ]);
    const index = await get('/console/');
    expect(index.headers()).toMatchObject({
      'cache-control': 'no-cache',
      'content-type': expect.stringMatching(/^text\/html/),
      'x-content-type-options': 'nosniff',
      'referrer-policy': expect.any(String),
    });
    const policy = index.headers()['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe/);
    const [script = ''] = /\/console\/assets\/[^"]+\.js/.exec(await index.text()) ?? [];
    expect((await get(script)).headers()).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
      'content-type': expect.stringMatching(/javascript/),
    });
    expect((await get('/console/assets/of-yesterday.js')).headers()).toMatchObject({
      'cache-control': 'no-cache',
      'content-type': expect.stringMatching(/^text\/html/),
    });
    expect((await get('/console/..%2f..%2fpackage.json')).headers()['content-type']).toMatch(/^text\/html/);
  });
});
