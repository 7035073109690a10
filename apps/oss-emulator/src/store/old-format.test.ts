import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Buckets } from './buckets.js';
import { convertOldFolder } from './old-format.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'oss-emulator-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

test('a folder of the format before is taken over', async () => {
  const folder = join(dataDir, 'buckets', 'examplebucket', 'objects');
  await mkdir(folder, { recursive: true });
  const createdAt = '2026-01-15T08:30:00.000Z';
  await writeFile(join(folder, '..', 'bucket.json'), JSON.stringify({ createdAt }));
  const sidecar = {
    key: '目录/a',
    dataFile: '1.data',
    sizeBytes: 4,
    etag: 'E',
    crc64: '7',
    contentMd5: null,
    type: 'Multipart',
    mimeType: 'text/plain',
    headers: { 'x-oss-meta-uid': '1' },
    modifiedAt: createdAt,
  };
  await writeFile(join(folder, 'hash.json'), JSON.stringify(sidecar));
  await writeFile(join(folder, '1.data'), 'kept');
  const buckets = await Buckets.open(dataDir);
  await convertOldFolder(dataDir, buckets);
  const { objects, createdAt: kept } = buckets.get('examplebucket');
  const object = objects.get('目录/a');
  if (!object) throw new Error('not converted');
  expect(kept).toBe(createdAt);
  expect(object).toMatchObject({ etag: 'E', type: 'Multipart', headers: { 'x-oss-meta-uid': '1' } });
  const file = await objects.open(object);
  expect(await file?.readFile('utf8')).toBe('kept');
  await file?.close();
  expect((await readdir(dataDir)).toSorted()).toEqual(['data', 'incoming', 'metadata']);
  await buckets.close();
});
