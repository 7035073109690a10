import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack, type UploadView } from '#testing';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, skippedWithoutChromium } from '../fixtures/chromium.fixture.js';
import { png, video } from '../fixtures/files.fixture.js';
import { drop, expectAccessible, type PageFile, visit } from './visit.fixture.js';

const mostBytes = 40_000_000;
const hostile = `a"><img src=x onerror=alert(1)>.png`;

describe.skipIf(skippedWithoutChromium)(`uploading in the console${skippedWithoutChromium}`, () => {
  let stack: Stack;
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-uploading-'));
    stack = await startStack('postgres', { TICKET_MAX_BYTES: String(mostBytes), TICKET_FOLLOW_UP_S: '1' });
    browser = await launchChromium();
    return async () => {
      await browser.close();
      await stack[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    };
  });

  const open = async () => {
    const opened = await visit(browser, stack, '/console/upload');
    // Nothing takes a file before.
    await opened.page.getByText('Drop files or folders here').waitFor();
    return opened;
  };
  const rowOf = (page: Page, name: string) =>
    page.getByRole('list', { name: 'Files' }).getByRole('listitem').filter({ hasText: name });
  /** Switches faults of the emulator; none without rules. */
  const breakOss = async (...rules: object[]) => {
    const answer = await fetch(`${stack.emulator.url}/-/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rules.length > 0 ? { rules } : {}),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  /** What became of the files of this name, as the API has it. */
  const uploadsOf = async (name: string) => {
    const { items } = await stack.get<{ items: UploadView[] }>('/v1/uploads?limit=200');
    return items.filter(({ objectKey }) => objectKey.endsWith(`/${name}`));
  };
  const picture = async (name: string, width = 320): Promise<PageFile> => ({
    name,
    type: 'image/png',
    bytes: await png(width, 200),
  });
  const big = (name: string, bytes: number): PageFile => ({
    name,
    type: 'application/octet-stream',
    bytes,
  });

  test('ten mixed files that are dropped become ready without a reload, and lead to their uploads', async () => {
    const { page, complaints, origins } = await open();
    const painting = sharp({ create: { width: 400, height: 300, channels: 3, background: '#246' } });
    const files: PageFile[] = [
      await picture(hostile),
      await picture('one.png', 640),
      await picture('two.png', 900),
      { name: 'photo.jpg', type: 'image/jpeg', bytes: await painting.clone().jpeg().toBuffer() },
      { name: '照片.webp', type: 'image/webp', bytes: await painting.clone().webp().toBuffer() },
      { name: 'moving.gif', type: 'image/gif', bytes: await painting.clone().gif().toBuffer() },
      { name: 'new.avif', type: 'image/avif', bytes: await painting.clone().avif({ effort: 0 }).toBuffer() },
      {
        name: 'drawing.svg',
        type: 'image/svg+xml',
        bytes: Buffer.from(
          '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="50" height="50" fill="red"/></svg>',
        ),
      },
      {
        name: 'film.mp4',
        type: 'video/mp4',
        bytes: await readFile(await video(folder, { seconds: 1, size: '160x90' })),
      },
      { name: 'words.txt', type: 'text/plain', bytes: Buffer.from('no picture') },
    ];
    await page.getByText('Pipeline and vars').click();
    await page.getByLabel('Name of var 1').fill('album');
    await page.getByLabel('Value of var 1').fill('17');
    await drop(page, files);
    await page.getByText('10 of 10 files done').waitFor({ timeout: 120_000 });
    await page.getByText('All files are done.').waitFor();
    expect(await page.getByRole('list', { name: 'Files' }).getByRole('listitem').count()).toBe(10);
    await rowOf(page, 'words.txt').getByText('stored; no pipeline matches it').waitFor();
    await rowOf(page, 'film.mp4')
      .getByText(/^ready, \d+ renditions$/)
      .waitFor();
    const link = rowOf(page, hostile).getByRole('link', { name: hostile });
    const id = (await link.getAttribute('href'))?.replace('/console/uploads/', '') ?? '';
    expect(await stack.get(`/v1/uploads/${id}`)).toMatchObject({ status: 'ready', vars: { album: '17' } });
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    expect([...origins].toSorted()).toEqual([stack.api.url, stack.emulator.url].toSorted());
  });

  test('one that is paused is sent again from its beginning, and goes on while another page is shown', async () => {
    const { page } = await open();
    await breakOss({ fault: 'request.delay', operation: 'PostObject', delayMs: 60_000 });
    await drop(page, [big('big.bin', 30_000_000)]);
    const row = rowOf(page, 'big.bin');
    await row.getByText(/^sending, [1-9]\d?%$/).waitFor();
    await row.getByRole('button', { name: 'Pause: big.bin' }).click();
    await row.getByText('paused', { exact: true }).waitFor();
    await page.getByText('0 bytes of 30 MB sent').waitFor();
    await breakOss();
    await page.getByRole('button', { name: 'Pause all' }).click();
    await drop(page, [await picture('held.png')]);
    await rowOf(page, 'held.png').getByText('on hold').waitFor();
    await page.getByRole('button', { name: 'Resume all' }).click();
    await page.getByRole('link', { name: 'Failures' }).click();
    await page.getByRole('heading', { name: 'Failures' }).waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Upload', exact: true }).click();
    await page.getByText('2 of 2 files done').waitFor();
    expect(await uploadsOf('big.bin')).toMatchObject([{ sizeBytes: 30_000_000 }]);
  });

  test('leaving asks first while something is not sent, and what is cancelled is gone', async () => {
    const { page } = await open();
    await page.getByRole('heading', { name: 'Upload', exact: true }).click();
    await breakOss({ fault: 'request.delay', operation: 'PostObject', delayMs: 60_000 });
    await drop(page, [big('slow.bin', 30_000_000)]);
    await rowOf(page, 'slow.bin')
      .getByText(/^sending/)
      .waitFor();
    await page.getByText('0 of 1 files done').waitFor();
    const asked = new Promise<string>((resolve) => {
      page.once('dialog', (dialog) => {
        resolve(dialog.type());
        void dialog.dismiss();
      });
    });
    await page.close({ runBeforeUnload: true });
    expect(await asked).toBe('beforeunload');
    await page.getByRole('button', { name: 'Cancel: slow.bin' }).click();
    await rowOf(page, 'slow.bin').waitFor({ state: 'detached' });
    await breakOss();
  });

  test('a file that OSS refuses says so, and is tried again', async () => {
    const { page } = await open();
    await drop(page, [big('large.bin', mostBytes + 1)]);
    const row = rowOf(page, 'large.bin');
    await row.getByText(/EntityTooLarge/).waitFor();
    await row.getByRole('button', { name: 'Retry: large.bin' }).click();
    await row.getByText(/EntityTooLarge/).waitFor();
    await breakOss({ fault: 'request.refuse', operation: 'PostObject', status: 500, code: 'InternalError' });
    await drop(page, [await picture('unlucky.png')]);
    await rowOf(page, 'unlucky.png')
      .getByText(/InternalError/)
      .waitFor();
    await breakOss();
    await page.getByRole('button', { name: 'Retry: unlucky.png' }).click();
    await rowOf(page, 'unlucky.png')
      .getByText(/^ready/)
      .waitFor();
    expect(await uploadsOf('unlucky.png')).toMatchObject([{ status: 'ready' }]);
    expect(await uploadsOf('large.bin')).toEqual([]);
  });

  test('a file whose callback failed is found by its ticket; one that is broken says why', async () => {
    const { page } = await open();
    await breakOss({ fault: 'callback.drop' });
    await drop(page, [await picture('lost.png')]);
    await rowOf(page, 'lost.png')
      .getByText(/the callback failed/)
      .waitFor();
    await breakOss();
    await rowOf(page, 'lost.png')
      .getByText(/^ready/)
      .waitFor();
    expect(await uploadsOf('lost.png')).toMatchObject([{ status: 'ready', proof: 'ticket' }]);
    const whole = await png(64, 64);
    await drop(page, [{ name: 'broken.png', type: 'image/png', bytes: whole.subarray(0, 50) }]);
    await rowOf(page, 'broken.png').getByText('media.damaged').waitFor();
  });

  test('folders and files are chosen by inputs, images pasted, and a thousand files stay quick', async () => {
    const { page } = await open();
    await page.getByLabel('Choose files').setInputFiles({
      name: 'chosen.png',
      mimeType: 'image/png',
      buffer: await png(90, 60),
    });
    await mkdir(join(folder, 'album', 'deep'), { recursive: true });
    await writeFile(join(folder, 'album', 'deep', 'within.txt'), 'words');
    await page.getByLabel('Choose a folder').setInputFiles(join(folder, 'album'));
    await rowOf(page, 'album/deep/within.txt').waitFor();
    const text = (await png(80, 80)).toString('base64');
    await page.evaluate(`(() => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(
        new File([Uint8Array.from(atob('${text}'), (one) => one.charCodeAt(0))], 'image.png', { type: 'image/png' }));
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
    })()`);
    await rowOf(page, 'pasted-').waitFor();
    await page.getByText(/^(\d) of \1 files done$/).waitFor();
    await page.getByRole('button', { name: 'Clear done' }).click();
    await page.getByRole('list', { name: 'Files' }).waitFor({ state: 'detached' });
    const many = Array.from({ length: 1_000 }, (_, index) => `${index}.txt`);
    await drop(
      page,
      many.map((name) => ({ name, type: 'text/plain', bytes: Buffer.from('x') })),
    );
    await page.getByRole('button', { name: 'Pause all' }).click();
    await page.getByText(/^\d+ of 1,000 files done$/).waitFor();
    expect(await page.getByRole('list', { name: 'Files' }).getByRole('listitem').count()).toBe(200);
    await page.getByRole('button', { name: 'Show more (800)' }).click();
    expect(await page.getByRole('list', { name: 'Files' }).getByRole('listitem').count()).toBe(400);
  });
});
