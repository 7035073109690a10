import { type Stack, startStack } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, skippedWithoutChromium } from '../fixtures/chromium.fixture.js';
import { png } from '../fixtures/files.fixture.js';
import { putToEnd } from '../fixtures/uploads.fixture.js';
import { expectAccessible, visit } from './visit.fixture.js';

const textOf = (rendition: string) => `version: 1
pipelines:
  - name: pictures
    match: { kind: image }
    renditions:
      - { name: small, kind: image, ${rendition} }
`;

describe.skipIf(skippedWithoutChromium)(`the page of pipelines${skippedWithoutChromium}`, () => {
  let stack: Stack;
  let browser: Browser;
  beforeAll(async () => {
    stack = await startStack('postgres');
    browser = await launchChromium();
    await putToEnd(stack, 'photos/a.png', await png(640, 480));
    return async () => {
      await browser.close();
      await stack[Symbol.asyncDispose]();
    };
  });

  const editor = (page: Page) => page.getByRole('textbox', { name: 'Pipelines file' });

  test('the file in force is shown in words', async () => {
    const { page, complaints } = await visit(browser, stack, '/console/pipelines');
    const photos = page.getByRole('article').filter({ has: page.getByRole('heading', { name: 'photos' }) });
    await photos.getByText('any image').waitFor();
    await photos.getByText(/320 px wide · webp/).waitFor();
    await page.getByText('1080p, 720p, 480p', { exact: false }).waitFor();
    await page.getByText('Field reference').click();
    await page.getByRole('table', { name: 'kind: hls' }).getByText('segmentSeconds').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a text with a mistake is told with its line, and is fine when it is mended', async () => {
    const { page } = await visit(browser, stack, '/console/pipelines');
    await page.getByText('Valid: the api and the workers would start with this file.').waitFor();
    await editor(page).fill(textOf('width: 100, heigth: 5'));
    await page.getByText('1 problem').waitFor();
    const said = page.getByRole('listitem').filter({ hasText: 'unknown field' });
    expect(await said.innerText()).toContain('pipelines.0.renditions.0.heigth');
    await said.getByRole('button', { name: 'Go to line 6' }).click();
    expect(
      await page.evaluate('document.activeElement.value.slice(document.activeElement.selectionStart)'),
    ).toMatch(/^ {6}- \{ name: small/);
    await expectAccessible(page);
    await editor(page).fill(textOf('width: 100, height: 5'));
    await page.getByText('Valid: the api and the workers would start with this file.').waitFor();
    await page.getByText('Pipelines in the text').click();
    await page.getByText(/100 × 5 px/).waitFor();
    await page.getByRole('button', { name: 'Reset to the current file' }).click();
    expect(await editor(page).inputValue()).toContain('thumb-320');
    await page.context().close();
  });

  test('what a hostile text says is shown as text', async () => {
    const { page, complaints } = await visit(browser, stack, '/console/pipelines');
    const hurt = `"><img src=x onerror="window.hurt=1">`;
    await editor(page).fill(`version: 1\npipelines: []\n${JSON.stringify(hurt)}: 1\n`);
    await page.getByText(hurt).last().waitFor();
    expect(await page.evaluate('window.hurt')).toBeUndefined();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a dry run counts what the file in force and another one would make', async () => {
    const { page } = await visit(browser, stack, '/console/pipelines');
    const result = (name: string) =>
      page.getByRole('term').filter({ hasText: name }).locator('xpath=following-sibling::dd');
    await page.getByRole('button', { name: 'Count' }).click();
    await result('Uploads checked').getByText('1', { exact: true }).waitFor();
    expect(await result('Renditions to make').innerText()).toBe('0');
    await editor(page).fill(textOf('width: 50'));
    await page.getByText('Valid: the api and the workers would start with this file.').waitFor();
    await page.getByRole('combobox', { name: 'Pipelines', exact: true }).selectOption('text');
    await page.getByRole('combobox', { name: 'Kind', exact: true }).selectOption('image');
    await page.getByRole('button', { name: 'Count' }).click();
    await result('Renditions to make').getByText('1', { exact: true }).waitFor();
    await result('Estimated time')
      .getByText(/under a minute on \d+ cores/)
      .waitFor();
    await page.context().close();
  });

  test('a rendition of the text is tried on an image, shown, and published nowhere', async () => {
    const { page, complaints } = await visit(browser, stack, '/console/pipelines');
    await editor(page).fill(textOf('width: 123, format: png'));
    await page.getByText('Valid: the api and the workers would start with this file.').waitFor();
    await page.getByRole('combobox', { name: 'Image', exact: true }).selectOption('photos/a.png');
    await page.getByRole('combobox', { name: 'Rendition', exact: true }).selectOption('pictures / small');
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    const shown = page.getByRole('img', { name: 'Trial image' });
    await shown.waitFor();
    await page.getByText(/123 × 92 px · image\/png/).waitFor();
    expect(
      await shown.evaluate((image) => (image as unknown as { decode(): Promise<void> }).decode()),
    ).toBeUndefined();
    const { items } = await stack.get<{ items: { renditions: { name: string }[] }[] }>('/v1/uploads');
    expect(items[0]?.renditions.map(({ name }) => name)).toEqual(['thumb-320', 'thumb-640', 'thumb-1280']);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('has no violation that axe finds, light and dark', async () => {
    const { page, complaints } = await visit(browser, stack, '/console/pipelines');
    await page.getByText('Valid: the api and the workers would start with this file.').waitFor();
    await page.getByText('Field reference').click();
    await page.getByRole('table', { name: 'kind: waveform' }).waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
