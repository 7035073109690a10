import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ossClient, type Stack, startStack } from '#testing';
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, skippedWithoutChromium } from '../fixtures/chromium.fixture.js';
import { png, video } from '../fixtures/files.fixture.js';
import { type HeldEncoder, holdEncoder } from '../fixtures/held-encoder.fixture.js';
import { callbackBody, putObject, putToEnd } from '../fixtures/uploads.fixture.js';
import { expectAccessible, visit } from './visit.fixture.js';

const hostile = `photos/"><img src=x onerror=alert(1)>.png`;

describe.skipIf(skippedWithoutChromium)(`failures in the console${skippedWithoutChromium}`, () => {
  let stack: Stack;
  let browser: Browser;
  let encoder: HeldEncoder;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-failures-'));
    encoder = await holdEncoder('libx264');
    await encoder.fail();
    stack = await startStack('postgres', { FFMPEG_PATH: encoder.path });
    browser = await launchChromium();
    const whole = await png(64, 64);
    for (const key of ['photos/one.png', 'photos/two.png', hostile])
      await putToEnd(stack, key, whole.subarray(0, 50));
    // The emulator changes the last byte after it has signed.
    await breakOss({ fault: 'callback.corrupt' });
    const callback = { url: stack.callbackUrl, body: callbackBody };
    // The client of OSS takes a 203 for a failure, which it is.
    await ossClient(stack)
      .put('photos/refused.png', whole, { callback })
      .catch(() => undefined);
    await breakOss();
    return async () => {
      await browser.close();
      await stack[Symbol.asyncDispose]();
      await encoder[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    };
  });
  const breakOss = async (...rules: object[]) => {
    const answer = await fetch(`${stack.emulator.url}/-/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rules.length > 0 ? { rules } : {}),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const open = () => visit(browser, stack, '/console/failures');

  test('shows failures by code with their sentence, what to do and the newest, and tries one and all again', async () => {
    const { page, complaints } = await open();
    const group = page
      .getByRole('region', { name: 'Uploads and renditions, by code' })
      .getByRole('group')
      .first();
    await group.getByText('The media is damaged or incomplete', { exact: true }).waitFor();
    await group.getByText('3 uploads, 0 renditions').waitFor();
    await group.locator('summary').first().click();
    await group.getByText(/^What to do\./).waitFor();
    const examples = page.getByRole('list', { name: 'Newest examples: media.damaged' });
    await examples.getByRole('link', { name: hostile }).waitFor();
    expect(await examples.getByRole('listitem').count()).toBe(3);
    await expectAccessible(page);
    await examples.getByRole('button', { name: 'Retry: photos/one.png' }).click();
    await examples.getByText('Queued for retry').waitFor();
    // The one above may be under way just now.
    await group.getByRole('button', { name: 'Retry all' }).click();
    await group
      .getByRole('status')
      .getByText(/^[23] queued for retry/)
      .waitFor();
    expect(complaints).toEqual([]);
  });

  test('quotes the encoder, and what is mended and tried again is no failure any more', async () => {
    const film = await readFile(await video(folder, { seconds: 1, size: '160x90', silent: true }));
    const id = await putObject(stack, 'films/one.mp4', film);
    await stack.waitFor(id, 'failed');
    // Counts are kept for a while: this range is counted for the first time.
    const { page } = await visit(browser, stack, `/console/uploads/${id}`);
    await page.getByRole('link', { name: 'media.encoder_failed' }).first().click();
    const group = page.getByRole('group').filter({ hasText: 'media.encoder_failed' }).first();
    // The link leads to its code, open; the range is one that has not been counted before, as counts are kept for a while.
    await page.waitForURL(/\?days=1&code=media.encoder_failed$/);
    await group.getByText('Last lines of the encoder log').first().click();
    await group.getByText('the chip is on fire').first().waitFor();
    await encoder.release();
    await group.getByRole('button', { name: 'Retry all' }).click();
    expect(await stack.waitFor(id, 'ready')).toMatchObject({ status: 'ready' });
    await group.waitFor({ state: 'detached', timeout: 120_000 });
  });

  test('is told of a new failure by events, and keeps its range in the address', async () => {
    const { page } = await open();
    await page.getByLabel('Landed in the last').selectOption('1');
    await page.waitForURL(/\?days=1$/);
    await page
      .getByText(/^\d uploads?, /)
      .first()
      .waitFor();
    const id = await putObject(stack, 'photos/late.png', Buffer.from('<html>'));
    const { error } = await stack.waitFor(id, 'failed');
    await page
      .getByText(error?.code ?? '', { exact: true })
      .first()
      .waitFor();
    expect(error?.code).toBe('media.type_mismatch');
  });

  test('shows a refused callback with what explain says of it, and no secret', async () => {
    const { page } = await open();
    const refused = page.getByRole('region', { name: 'Refused callbacks' });
    await refused.getByText('callback.signature_mismatch', { exact: true }).click();
    await refused.getByText(/the signature was made with this key/).waitFor();
    await refused.getByText('Request', { exact: true }).click();
    await refused
      .getByText(/POST \/callbacks\/oss/)
      .first()
      .waitFor();
    await refused
      .getByText(/photos%2Frefused\.png/)
      .last()
      .waitFor();
    expect(await refused.innerText()).toContain('authorization: [masked]');
    await expectAccessible(page);
  });

  test('speaks Chinese to whoever reads it, on a narrow screen without scrolling sideways', async () => {
    const { page } = await visit(browser, stack, '/console/failures', {
      locale: 'zh-CN',
      viewport: { width: 390, height: 844 },
    });
    await page.getByText('media.damaged').first().click();
    await page.getByText('处理办法').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });
});
