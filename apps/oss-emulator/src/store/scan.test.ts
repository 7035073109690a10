import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BucketObjects } from './bucket-objects.js';
import { scan, startAfter, type Listed, type Scan } from './scan.js';
import { Store } from './store.js';
import type { NewVersion, StoredObject } from './stored-object.js';

const bucket = 'examplebucket';
const folders = 100;
const keysInFolder = 1000;
const versions = 50;

let dataDir: string;
let store: Store;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'oss-emulator-'));
  store = await Store.open(dataDir, false);
  const record = {
    createdAt: '',
    acl: 'private',
    storageClass: 'Standard',
    redundancy: 'LRS',
    settings: {},
  } as const;
  await store.change(() => void store.buckets.put(Buffer.from(bucket), record));
  const objects = new BucketObjects(store, bucket);
  const insert = (key: string) => objects.insert(emptyObject(key), { mayReplace: true }, () => undefined);
  await store.change(() => {
    for (let folder = 0; folder < folders; folder++)
      for (let at = 0; at < keysInFolder; at++) insert(`many/${pad(folder)}/${pad(at)}`);
  });
  await store.change(() => {
    void store.buckets.put(Buffer.from(bucket), { ...record, versioning: 'Enabled' });
    for (let key = 0; key < 20; key++)
      for (let version = 0; version < versions; version++) insert(`old/${pad(key)}`);
  });
});
afterAll(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

const pad = (number: number) => String(number).padStart(4, '0');

const emptyObject = (key: string): NewVersion => ({
  key,
  type: 'Normal',
  deleteMarker: false,
  dataFiles: [],
  sizeBytes: 0,
  etag: 'E',
  crc64: '0',
  contentMd5: null,
  mimeType: 'text/plain',
  headers: {},
  acl: 'default',
  storageClass: 'Standard',
  tags: [],
  encryption: {},
});

/** Lists page by page. @returns what was listed, and how many records were looked at for it */
function listAll(wish: Pick<Scan, 'prefix' | 'delimiter' | 'currentOnly'>, pageSize: number) {
  let seen = 0;
  const counted = {
    *getRange(range: { start: Buffer; end: Buffer }) {
      for (const entry of store.objects.getRange(range)) {
        seen++;
        yield entry;
      }
    },
  };
  const names: string[] = [];
  const range = { ...wish, bucket };
  let page: Listed<StoredObject>[];
  do {
    page = [];
    const start = startAfter(names.at(-1) ?? '', range);
    for (const entry of scan(counted, { ...range, start })) {
      page.push(entry);
      if (page.length === pageSize) break;
    }
    names.push(...page.map((entry) => ('record' in entry ? entry.record.key : entry.commonPrefix)));
  } while (page.length > 0);
  return { names, seen };
}

test('listing 100,000 keys page by page looks at each of them once', () => {
  const { names, seen } = listAll({ prefix: 'many/', delimiter: '', currentOnly: true }, 100);
  expect(names).toHaveLength(folders * keysInFolder);
  expect(names).toEqual(names.toSorted());
  expect(seen).toBe(names.length);
});

test('a group costs one look, however many keys it has', () => {
  const { names, seen } = listAll({ prefix: 'many/', delimiter: '/', currentOnly: true }, 7);
  expect(names).toHaveLength(folders);
  expect(new Set(names)).toContain('many/0042/');
  expect(seen).toBe(folders);
});

test('older versions cost one look for all of a key', () => {
  const { names, seen } = listAll({ prefix: 'old/', delimiter: '', currentOnly: true }, 1000);
  expect(names).toHaveLength(20);
  expect(seen).toBe(40);
  expect(listAll({ prefix: 'old/', delimiter: '' }, 10_000).names).toHaveLength(20 * versions);
});
