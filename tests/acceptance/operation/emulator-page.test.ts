import { ossClient, startApp, startStack, type Stack } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, skippedWithoutChromium } from '../fixtures/chromium.fixture.js';
import { callbackBody } from '../fixtures/uploads.fixture.js';

test.each([
  ['EMULATOR_FAULTS', '{"rules": [{"fault": "callback.loose"}]}', 'rules.0.fault: '],
  ['EMULATOR_FAULTS', 'every third', 'must be JSON'],
  ['EMULATOR_EVENT_RULES', '[{"target": "sms"}]', '0.target: '],
  ['EMULATOR_EVENT_RULES', 'all', 'must be JSON'],
])('an emulator with %s=%s does not start, and says why', async (name, value, reason) => {
  const keys = { EMULATOR_ACCESS_KEY_ID: 'id', EMULATOR_ACCESS_KEY_SECRET: 'secret' };
  await expect(startApp('emulator', { ...keys, [name]: value })).rejects.toThrow(`${name}: ${reason}`);
});

describe.skipIf(skippedWithoutChromium)(`the page of the emulator${skippedWithoutChromium}`, () => {
  let stack: Stack;
  let browser: Browser;
  beforeAll(async () => {
    stack = await startStack('postgres');
    browser = await launchChromium();
    return async () => {
      await browser.close();
      await stack[Symbol.asyncDispose]();
    };
  });

  /** Opens a page, and fails the test for anything that the browser complains of. */
  async function openPage(path: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${stack.emulator.url}${path}`);
    return { page, complaints };
  }
  const put = (key: string) =>
    ossClient(stack).put(key, Buffer.from('hello'), {
      callback: { url: stack.callbackUrl, body: callbackBody },
    });

  test('switches faults, shows each callback without being asked, and explains the refused one', async () => {
    const callbacks = await openPage('/-/callbacks');
    const faults = await openPage('/-/faults');

    const turnOn = faults.page.getByRole('form', { name: 'callback.drop' });
    await turnOn.getByLabel('Keys').fill('dropped/*');
    await turnOn.getByRole('button', { name: 'Turn on' }).click();
    await faults.page.getByText('Faults are on: callback.drop').waitFor();
    await expect(put('dropped/a')).rejects.toMatchObject({ status: 203, code: 'CallbackFailed' });
    const dropped = callbacks.page.getByRole('article', { name: 'dropped/a' });
    await dropped.getByText('uploader got 203').waitFor();
    await dropped.getByText('callback.drop', { exact: true }).waitFor();

    await faults.page.getByRole('button', { name: 'Turn off callback.drop' }).click();
    await faults.page.getByText('No fault is on.').waitFor();
    expect((await put('dropped/b')).res.status).toBe(200);

    await faults.page.getByRole('form', { name: 'callback.corrupt' }).getByRole('button').click();
    await faults.page.getByText('Faults are on: callback.corrupt').waitFor();
    await expect(put('changed')).rejects.toMatchObject({ status: 203 });
    const changed = callbacks.page.getByRole('article', { name: 'changed' });
    await changed.getByText('The signature is not valid: Landfall would refuse this request.').waitFor();
    await changed.getByText('HTTP/1.1 403').waitFor();
    expect(await callbacks.page.getByRole('article').count()).toBe(3);

    expect([...callbacks.complaints, ...faults.complaints]).toEqual([]);
  });

  test('shows a refusal of faults where they are switched', async () => {
    const { page } = await openPage('/-/faults');
    const form = page.getByRole('form', { name: 'request.refuse' });
    await form.getByLabel('Operation').fill('put');
    await form.getByRole('button').click();
    const problem = page.getByRole('alert').filter({ hasText: /./ });
    expect(await problem.textContent()).toContain('must be an operation such as PutObject');
  });

  test('shows pictures small, and runs nothing that a key says', async () => {
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const key = 'pictures/"><img src=x onerror="document.title=1">.png';
    await ossClient(stack).put(key, Buffer.from(png, 'base64'));
    const { page, complaints } = await openPage('/-/objects?bucket=landfall&prefix=pictures/&delimiter=');
    // Not waitForFunction, which evaluates a string in the page: its policy forbids that.
    await expect.poll(() => page.evaluate('document.images[0]?.naturalWidth'), { timeout: 30_000 }).toBe(1);
    expect(await page.title()).toBe('landfall/pictures/ · OSS emulator');
    expect(await page.locator('img').count()).toBe(1);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'onerror' }).click(),
    ]);
    expect(await download.failure()).toBeNull();
    expect(complaints).toEqual([]);
  });
});
