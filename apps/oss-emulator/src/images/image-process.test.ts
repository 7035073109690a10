import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImageProcess } from './image-process.js';
import { halves } from './pictures.fixture.js';

let folder: string;
let source: { files: { path: string; sizeBytes: number }[]; format: 'jpg' };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-process-'));
  const bytes = await halves(40, 20).jpeg().toBuffer();
  // In two files, as an object made of parts is.
  const parts = [bytes.subarray(0, 100), bytes.subarray(100)];
  const files = parts.map((part, index) => ({ path: join(folder, `${index}.part`), sizeBytes: part.length }));
  source = { files, format: 'jpg' };
  // Behind what counts may be what an append has left.
  for (const [index, part] of parts.entries())
    await writeFile(join(folder, `${index}.part`), Buffer.concat([part, Buffer.from('left')]));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the process of images', () => {
  test('is started when it is needed, and then stays', async () => {
    const images = new ImageProcess();
    expect(images.pid).toBeUndefined();
    expect(await images.readFacts(source)).toMatchObject({ frameCount: 1 });
    const { pid } = images;
    await images.readFacts(source);
    expect([pid, images.pid]).toEqual([expect.any(Number), pid]);
    await images.close();
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
    await expect(images.readFacts(source)).rejects.toThrow('closes');
  });

  test('that is killed fails what it was at, and is started again', async () => {
    const images = new ImageProcess();
    await images.readFacts(source);
    const working = images.readFacts(source);
    const next = images.readFacts(source);
    process.kill(images.pid ?? 0, 'SIGKILL');
    await expect(working).rejects.toThrow('SIGKILL');
    expect(await next).toMatchObject({ frameCount: 1 });
    await images.close();
  });

  test('that takes too long is killed', async () => {
    const images = new ImageProcess(1);
    await expect(images.readFacts(source)).rejects.toThrow('SIGKILL');
    await images.close();
  });

  test('tells by nothing that a source has gone', async () => {
    const images = new ImageProcess();
    expect(
      await images.readFacts({ ...source, files: [{ path: join(folder, 'gone'), sizeBytes: 1 }] }),
    ).toBeUndefined();
    await images.close();
  });

  test('has a bound to what waits', async () => {
    const images = new ImageProcess();
    const answers = await Promise.allSettled(Array.from({ length: 101 }, () => images.readFacts(source)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
    expect(answers.at(-1)).toMatchObject({ reason: { status: 503, ec: '0004-00000801' } });
    await images.close();
  });
});
