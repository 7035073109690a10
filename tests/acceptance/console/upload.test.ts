import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type Stack } from '#testing';
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, skippedWithoutChromium } from '../fixtures/chromium.fixture.js';
import { png, turnedPhoto, video } from '../fixtures/files.fixture.js';
import { putObject, putToEnd, startPipelines } from '../fixtures/uploads.fixture.js';
import { allowConsole, atLeast, expectAccessible, hostile, property, visit } from './visit.fixture.js';

const pipelines = `
version: 1
pipelines:
  - name: photos
    match: { kind: image }
    renditions:
      - { name: thumb, kind: image, width: 320, format: webp }
      - { name: large, kind: image, width: 1280, format: webp }
  - name: hidden
    match: { kind: video, prefix: hidden/ }
    renditions: [{ name: stream, kind: hls, heights: [180], segmentSeconds: 2, encryption: aes-128 }]
  - name: films
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster, width: 640, format: webp }
      - { name: board, kind: storyboard, width: 96 }
      - { name: stream, kind: hls, heights: [360, 180], segmentSeconds: 2, dash: true }
      - { name: sound, kind: audio, codec: aac, bitrateKbps: 96 }
      - { name: wave, kind: waveform }
`;

describe.skipIf(skippedWithoutChromium)(`one upload in a real Chromium${skippedWithoutChromium}`, () => {
  let stack: Stack;
  let browser: Browser;
  let clip: Buffer;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'landfall-console-'));
    clip = await readFile(await video(folder, { seconds: 8, size: '640x360' }));
    stack = await startPipelines('postgres', pipelines);
    await allowConsole(stack);
    browser = await launchChromium();
    return async () => {
      await browser.close();
      await stack[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    };
  });
  const foreign = (origins: Set<string>) =>
    [...origins].filter((origin) => origin !== stack.api.url && origin !== stack.emulator.url);
  const at = (id: string) => `/console/uploads/${id}`;

  test('plays its stream, HLS and DASH, in the quality that is asked for; all of it without a reload', async () => {
    const id = await putObject(stack, 'clip.mp4', clip);
    const { page, complaints, origins } = await visit(browser, stack, at(id));
    const stream = page.getByRole('article', { name: 'stream' });
    await stream.getByText('ready').first().waitFor();
    await page.getByText('upload.ready').first().waitFor();
    await stream.getByRole('button', { name: 'Play' }).click();
    const shown = stream.locator('video');
    const plays = () => atLeast(shown, 'currentTime', 0.3);
    await plays();
    const qualities = stream.getByLabel('Quality');
    for (const height of [180, 360]) {
      const option = qualities.locator('option', { hasText: `${height}p` });
      await qualities.selectOption((await option.getAttribute('value')) ?? '');
      await eventually(async () => (await property(shown, 'videoHeight')) === height || undefined, 30_000);
    }
    await stream.getByLabel('Format').selectOption('dash');
    await plays();
    await stream.getByLabel('Seek').hover();
    const tile = stream.locator('.upload-seek-tile img');
    await atLeast(tile, 'naturalWidth', 97);
    await page.getByRole('article', { name: 'wave' }).locator('path').waitFor({ state: 'attached' });
    const sound = page.getByRole('article', { name: 'sound' }).locator('audio');
    await sound.evaluate((one) => (one as unknown as { play(): Promise<void> }).play());
    await atLeast(sound, 'currentTime', 0.1);
    expect(complaints).toEqual([]);
    expect(foreign(origins)).toEqual([]);
    await page.context().close();
  });

  test('plays an encrypted stream with the key of whoever is logged in', async () => {
    const { id } = await putToEnd(stack, 'hidden/clip.mp4', clip);
    const { page } = await visit(browser, stack, at(id));
    await page.getByRole('button', { name: 'Play' }).click();
    const shown = page.locator('video');
    await atLeast(shown, 'currentTime', 0.3);
    expect(await property(shown, 'videoHeight')).toBe(180);
    await page.context().close();
  });

  test('compares a picture with its original by keys, and shows its facts, its callback and its code', async () => {
    const { id } = await putToEnd(stack, 'photo.jpg', await turnedPhoto(1_200, 900));
    const { page } = await visit(browser, stack, at(id), {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const slider = page.getByRole('slider', { name: 'Visible part of the original' });
    const original = page.getByRole('img', { name: 'Original' });
    expect(await atLeast(original, 'naturalWidth', 1)).toBe(900);
    const clipping = () => original.getAttribute('style');
    const before = await clipping();
    await slider.focus();
    await page.keyboard.press('End');
    expect(await slider.inputValue()).toBe('100');
    expect(await clipping()).not.toBe(before);
    await page.getByRole('row', { name: 'camera · make Landfall' }).waitFor();
    await page.getByRole('row', { name: 'Source callback' }).waitFor();
    await page.getByRole('button', { name: 'Copy URL of thumb' }).click();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect((await fetch(copied)).headers.get('content-type')).toBe('image/webp');
    await page.getByText('<picture> with srcset').click();
    await page.getByText(/<source type="image\/webp"/).waitFor();
    await page.getByText('Python', { exact: true }).click();
    await page.getByText(/urllib\.request\.Request/).waitFor();
    await page.context().close();
  });

  test('says why something failed, and where others like it are', async () => {
    const { id } = await putToEnd(stack, 'broken.png', (await png(64, 64)).subarray(0, 50));
    const { page } = await visit(browser, stack, at(id));
    const link = page.getByRole('link', { name: 'All failures with this code' });
    expect(await link.getAttribute('href')).toMatch(/^\/console\/failures\?days=1&code=[a-z]+\.[a-z_]+$/);
    await page.getByRole('listitem').getByText('upload.failed').first().waitFor();
    await page.context().close();
  });

  test('changes its title, tags and labels, and deletes it after asking', async () => {
    const { id } = await putToEnd(stack, 'words.png', await png(64, 64));
    const { page, complaints } = await visit(browser, stack, at(id));
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Title').fill('青い海');
    await page.getByLabel(/^Tags/).fill('sea\nblue, deep');
    await page.getByLabel(/^Labels/).fill('album=17');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: '青い海' }).waitFor();
    await page.getByRole('link', { name: 'blue, deep' }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await stack.get(`/v1/uploads/${id}`)).toMatchObject({
      status: 'ready',
      tags: ['sea', 'blue, deep'],
      labels: { album: '17' },
    });
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('upload.deleted').first().waitFor();
    expect(await stack.get(`/v1/uploads/${id}`)).toMatchObject({ status: 'deleted' });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('shows hostile words as words, and is for everybody in the light and in the dark', async () => {
    const [key, , title, name, tag] = hostile;
    const { id } = await putToEnd(stack, `hostile/${key}`, await png(640, 480), {
      body: 'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}&user=${x:user}',
      customValue: { user: name },
    });
    const answer = await fetch(`${stack.api.url}/v1/uploads/${id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${stack.env['API_KEYS']}`, 'content-type': 'application/json' },
      body: JSON.stringify({ title, tags: [tag], labels: { album: hostile[1] } }),
    });
    expect(answer.status).toBe(200);
    const { page, complaints, origins, harm } = await visit(browser, stack, at(id));
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.getByRole('cell', { name }).waitFor();
    await page.getByText('<picture> with srcset').click();
    await page.getByText(`album=${hostile[1]}`).waitFor();
    await expectAccessible(page);
    expect({ complaints, harm }).toEqual({ complaints: [], harm: [] });
    expect(foreign(origins)).toEqual([]);
    await page.getByLabel('Language / 语言').selectOption('zh-CN');
    await page.getByRole('heading', { name: '媒体信息' }).waitFor();
    await page.context().close();
  });
});
