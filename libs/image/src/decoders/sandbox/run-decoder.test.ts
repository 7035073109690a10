import { rm, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { limits, makeFolder, never } from '../../fixtures/image.fixture.js';
import { decoderBytes } from './decoder-task.js';
import { codeOf, openBytes } from '../decoders.fixture.js';
import { openImageFile } from '../../input/open-image.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const svg = (content: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">${content}</svg>`;
const slow = svg(
  '<filter id="f"><feTurbulence baseFrequency="0.01" numOctaves="2000000"/></filter><rect width="100" height="100" filter="url(#f)"/>',
);
const reason = new Error('the worker shuts down');

describe('the thread of a decoder', () => {
  it('ends with the signal, in the middle of its work', async () => {
    const controller = new AbortController();
    const work = openBytes(folder, slow, limits, controller.signal);
    setImmediate(() => controller.abort(reason));
    await expect(work).rejects.toBe(reason);
    await expect(openBytes(folder, slow, limits, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('gives its memory back', async () => {
    await codeOf(folder, svg(''));
    const before = process.memoryUsage().rss;
    const full = '<g opacity="0.9">'.repeat(60) + '<rect width="100" height="100"/>' + '</g>'.repeat(60);
    for (let i = 0; i < 4; i++) expect(await codeOf(folder, svg(full))).toBe('media.too_complex');
    // Four times a third of a gigabyte went by.
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 ** 2);
  });

  it('does not begin with a file that is larger than all a decoder may take', async () => {
    const file = await folder.write('vast', svg(''));
    await truncate(file, decoderBytes);
    await expect(openImageFile(file, dirname(file), limits, never)).rejects.toHaveProperty(
      'code',
      'media.too_complex',
    );
    await rm(file);
  });

  it('leaves no thread behind', async () => {
    const opened = await openBytes(folder, svg('<rect width="9" height="9"/>'), limits, never);
    expect(opened.format).toBe('svg');
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Worker')).toEqual([]);
  });
});
