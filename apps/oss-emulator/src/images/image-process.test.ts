import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImageProcess } from './image-process.js';
import { halves } from './pictures.fixture.js';

let folder: string;
let source: { path: string; sizeBytes: number; format: 'jpg' };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-process-'));
  const bytes = await halves(40, 20).jpeg().toBuffer();
  source = { path: join(folder, 'a.jpg'), sizeBytes: bytes.length, format: 'jpg' };
  await writeFile(source.path, bytes);
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
    expect(await images.readFacts({ ...source, path: join(folder, 'gone') })).toBeUndefined();
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
