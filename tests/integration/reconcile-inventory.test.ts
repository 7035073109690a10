import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ReportFaults, type ReportLine, writeReport } from './inventory-report.fixture.js';
import { useReconcile } from './reconcile.fixture.js';

const house = useReconcile();
const { reconcile, rows, state } = house;
const etag = 'B'.repeat(32);
const lines = (...keys: string[]): ReportLine[] => keys.map((key) => ({ key, etag }));
const many = (count: number) =>
  lines(...Array.from({ length: count }, (_, index) => `p/${String(index).padStart(5, '0')}`));

/** Stores a report; resolves with what `--inventory` is given. */
async function store(files: readonly (readonly ReportLine[])[], faults: ReportFaults = {}): Promise<string> {
  const { manifest, objects } = writeReport(house.bucket, files, faults);
  for (const [objectKey, content] of objects)
    await house.parts.store.upload({ bucket: house.bucket, objectKey }, content, 'application/octet-stream');
  return `oss://${house.bucket}/${manifest}`;
}
const keysOf = async () => (await rows()).map(({ objectKey }) => objectKey);

describe('an inventory report', () => {
  const odd = ['a b+c%25.jpg', 'zwei\nZeilen', '目录/照片.png', '\u{1F600}.png', '"a","b"', '&<>'];

  test('is read in place of a listing, whatever the keys', async () => {
    const inventory = await store([
      lines(...odd.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))),
    ]);
    const { found, isComplete } = await reconcile({ inventory });
    expect({ isComplete, found }).toMatchObject({
      isComplete: true,
      found: { looked: odd.length, isUnordered: false, counts: { missing: odd.length } },
    });
    expect((await keysOf()).toSorted()).toEqual(odd.toSorted());
    expect((await reconcile({ inventory })).found.looked).toBe(odd.length);
    expect(await rows()).toHaveLength(odd.length);
  });

  test('of several files tells what is gone between its keys, and what is newest of versions', async () => {
    const versions: ReportLine[] = [
      { key: 'd', etag },
      { key: 'd', etag: 'C'.repeat(32), isLatest: false },
      { key: 'f', etag, isDeleteMarker: true },
      { key: 'h', etag },
    ];
    const inventory = await store([lines('b'), versions]);
    for (const key of ['a', 'c', 'f', 'z']) await house.insertUpload(key);
    const { found } = await reconcile({ inventory });
    // Behind the last line and before the first one the rule of the report may filter.
    expect(found).toMatchObject({
      looked: 3,
      counts: { missing: 3, gone: 2 },
      examples: { gone: ['c', 'f'] },
    });
    expect((await reconcile({ inventory, prefix: 'd' })).found.looked).toBe(1);
  });

  test('is the newest one below a prefix, or a folder on this machine', async () => {
    await store([lines('a')]);
    const prefix = `oss://${house.bucket}/inventory/`;
    expect((await reconcile({ inventory: prefix }, { isDryRun: true })).found.counts.missing).toBe(1);
    const folder = await mkdtemp(join(tmpdir(), 'landfall-report-'));
    try {
      const { manifest, objects } = writeReport(house.bucket, [many(2)]);
      for (const [key, content] of objects) {
        await mkdir(dirname(join(folder, key)), { recursive: true });
        await writeFile(join(folder, key), content);
      }
      const { found } = await reconcile({ inventory: join(folder, manifest) }, { isDryRun: true });
      expect(found.counts.missing).toBe(2);
    } finally {
      await rm(folder, { recursive: true });
    }
    await expect(reconcile({ inventory: `oss://${house.bucket}/nowhere/` })).rejects.toMatchObject({
      code: 'reconcile.inventory_missing',
    });
    await expect(reconcile({ inventory: join(folder, 'manifest.json') })).rejects.toMatchObject({
      code: 'reconcile.inventory_missing',
    });
  });

  test('whose lines are out of order registers all, and says that it cannot tell what is gone', async () => {
    const inventory = await store([many(3_000).toReversed()]);
    await house.insertUpload('p/00001x');
    const { found } = await reconcile({ inventory });
    expect(found).toMatchObject({ looked: 3_000, isUnordered: true, counts: { missing: 3_000, gone: 0 } });
    expect(await rows()).toHaveLength(3_001);
  });
});

describe('a report that is not whole', () => {
  const half = (file: Buffer) => file.subarray(0, file.length / 2);
  const changed = (file: Buffer) => Buffer.concat([file.subarray(0, -1), Buffer.of((file.at(-1) ?? 0) ^ 1)]);

  test.each<[string, string, ReportFaults]>([
    ['with a file that ends early', 'invalid', { after: half }],
    ['with a file of other bytes', 'invalid', { after: changed }],
    ['with a file that was compressed in part', 'invalid', { before: half }],
    ['with a file that is no gzip', 'invalid', { before: () => Buffer.from('Bucket,Key\n') }],
    ['with another checksum', 'invalid', { checksum: 'A'.repeat(32) }],
    ['with more columns than its lines have', 'invalid', { fileSchema: 'Key, Size, LastModifiedDate, ETag' }],
    ['without an ETag', 'unsupported', { fileSchema: 'Bucket, Key, Size, LastModifiedDate' }],
    ['of changes', 'unsupported', { fileSchema: 'RecordType, Key, Size, LastModifiedDate, ETag' }],
    ['of another bucket', 'unsupported', { sourceBucket: 'other' }],
  ])('%s is refused', async (_, code, faults) => {
    const inventory = await store([lines('a', 'b')], faults);
    await expect(reconcile({ inventory })).rejects.toMatchObject({ code: `reconcile.inventory_${code}` });
    expect(await rows()).toEqual([]);
  });

  test('keeps what was done until its damaged line, and goes on there when it is mended', async () => {
    const [good, bad] = [many(2_500), many(2_500)];
    bad[2_200] = { key: 'p/02200', etag: '' };
    const inventory = await store([bad]);
    await expect(reconcile({ inventory })).rejects.toMatchObject({
      code: 'reconcile.inventory_invalid',
      message: expect.stringContaining('line 2201'),
    });
    expect(await rows()).toHaveLength(2_000);
    expect(await state()).toMatchObject([
      { marker: { key: 'p/01999', place: { file: 0, lines: 2_000, isOrdered: true } }, finishedAt: null },
    ]);
    await store([good]);
    expect((await reconcile({ inventory })).found).toMatchObject({
      looked: 2_500,
      counts: { missing: 2_500 },
    });
    expect(await rows()).toHaveLength(2_500);
  });
});
