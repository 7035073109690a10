import { beforeAll, expect, test } from 'vitest';
import { codeOf } from '../fixtures/code-of.fixture.js';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendSigned, type SignedRequest } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();
const bucket = 'versioned-bucket';
const send = (request: SignedRequest) => sendSigned(emulator.url, { bucket, ...request });
const put = (key: string, body: string) => send({ method: 'PUT', key, body });
const versionOf = ({ headers }: { headers: Record<string, string | string[] | undefined> }) =>
  String(headers['x-oss-version-id']);
const setVersioning = (status: string) =>
  send({
    method: 'PUT',
    query: { versioning: '' },
    body: `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`,
  });

beforeAll(() => send({ method: 'PUT' }));

test('versioning is off until it is enabled', async () => {
  const fresh = 'fresh-bucket';
  await send({ bucket: fresh, method: 'PUT' });
  const before = await send({ bucket: fresh, query: { versioning: '' } });
  expect(before.text).toContain('<VersioningConfiguration></VersioningConfiguration>');
  const unversioned = await send({ bucket: fresh, method: 'PUT', key: 'a', body: 'x' });
  expect(unversioned.headers['x-oss-version-id']).toBeUndefined();
  expect(codeOf(await setVersioning('On'))).toEqual([400, 'MalformedXML']);
  expect((await setVersioning('Enabled')).status).toBe(200);
  const { text } = await send({ query: { versioning: '' } });
  expect(elementOf(text, 'Status')).toBe('Enabled');
  expect((await send({ query: { bucketInfo: '' } })).text).toContain('<Versioning>Enabled</Versioning>');
});

test('an object that was there before is its null version', async () => {
  const later = 'enabled-later';
  await send({ bucket: later, method: 'PUT' });
  await send({ bucket: later, method: 'PUT', key: 'k', body: 'before' });
  const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
  await send({ bucket: later, method: 'PUT', query: { versioning: '' }, body });
  await send({ bucket: later, method: 'PUT', key: 'k', body: 'after' });
  expect((await send({ bucket: later, key: 'k', query: { versionId: 'null' } })).text).toBe('before');
  expect((await send({ bucket: later, key: 'k' })).text).toBe('after');
});

test('every put is a version; a deletion only covers them', async () => {
  await setVersioning('Enabled');
  const [one, two] = [versionOf(await put('k', 'one')), versionOf(await put('k', 'two'))];
  expect(one).not.toBe(two);
  expect((await send({ key: 'k', query: { versionId: one } })).text).toBe('one');
  expect(two).toMatch(/^CAEQ\w{60}$/);
  expect((await send({ key: 'k' })).headers['x-oss-version-id']).toBe(two);
  const deleted = await send({ method: 'DELETE', key: 'k' });
  const marker = versionOf(deleted);
  expect([deleted.status, deleted.headers['x-oss-delete-marker']]).toEqual([204, 'true']);
  const gone = await send({ key: 'k' });
  expect(codeOf(gone)).toEqual([404, 'NoSuchKey']);
  expect(gone.headers).toMatchObject({ 'x-oss-delete-marker': 'true', 'x-oss-version-id': marker });
  expect(codeOf(await send({ key: 'k', query: { versionId: marker } }))).toEqual([405, 'MethodNotAllowed']);
  expect((await send({ query: { prefix: 'k' } })).text).not.toContain('<Contents>');
  expect((await send({ key: 'k', query: { versionId: two } })).text).toBe('two');
  // A deleted marker uncovers what was below it.
  const uncovered = await send({ method: 'DELETE', key: 'k', query: { versionId: marker } });
  expect(uncovered.headers).toMatchObject({ 'x-oss-delete-marker': 'true', 'x-oss-version-id': marker });
  expect((await send({ key: 'k' })).text).toBe('two');
  await send({ method: 'DELETE', key: 'k', query: { versionId: two } });
  expect((await send({ key: 'k' })).text).toBe('one');
  expect(codeOf(await send({ key: 'k', query: { versionId: two } }))).toEqual([404, 'NoSuchVersion']);
  expect(codeOf(await send({ key: 'k', query: { versionId: 'Illegal' } }))).toEqual([400, 'InvalidArgument']);
  expect(codeOf(await send({ method: 'DELETE' }))).toEqual([409, 'BucketNotEmpty']);
  await send({ method: 'DELETE', key: 'k', query: { versionId: one } });
});

test('while versioning is suspended, the null version is replaced', async () => {
  await setVersioning('Enabled');
  const kept = versionOf(await put('s', 'kept'));
  await setVersioning('Suspended');
  expect(versionOf(await put('s', 'first'))).toBe('null');
  await put('s', 'second');
  expect((await send({ key: 's' })).text).toBe('second');
  const marker = await send({ method: 'DELETE', key: 's' });
  expect(versionOf(marker)).toBe('null');
  expect(codeOf(await send({ key: 's', query: { versionId: 'null' } }))).toEqual([405, 'MethodNotAllowed']);
  expect((await send({ key: 's', query: { versionId: kept } })).text).toBe('kept');
  await send({ method: 'DELETE', key: 's', query: { versionId: 'null' } });
  expect((await send({ key: 's' })).text).toBe('kept');
  await send({ method: 'DELETE', key: 's', query: { versionId: kept } });
});

test('versions are listed by key, the newest first, page by page', async () => {
  await setVersioning('Enabled');
  const ids: string[] = [];
  for (const body of ['1', '2', '3']) ids.unshift(versionOf(await put('list/a', body)));
  const marker = versionOf(await send({ method: 'DELETE', key: 'list/b' }));
  await put('list/c/1', 'x');
  const all = await send({ query: { versions: '', prefix: 'list/', delimiter: '/' } });
  expect([...all.text.matchAll(/<VersionId>([^<]+)/g)].map(([, id]) => id)).toEqual([...ids, marker]);
  expect([...all.text.matchAll(/<IsLatest>([^<]+)/g)].map(([, is]) => is)).toEqual([
    'true',
    'false',
    'false',
    'true',
  ]);
  expect(all.text).toMatch(/<DeleteMarker><Key>list\/b<\/Key>/);
  expect(all.text).toContain('<CommonPrefixes><Prefix>list/c/</Prefix></CommonPrefixes>');
  const seen: (string | undefined)[] = [];
  let query: Record<string, string> = {};
  for (let isTruncated = true; isTruncated;) {
    const { text } = await send({ query: { ...query, versions: '', prefix: 'list/', 'max-keys': '2' } });
    seen.push(...[...text.matchAll(/<VersionId>([^<]+)/g)].map(([, id]) => id));
    isTruncated = elementOf(text, 'IsTruncated') === 'true';
    query = {
      'key-marker': elementOf(text, 'NextKeyMarker') ?? '',
      'version-id-marker': elementOf(text, 'NextVersionIdMarker') ?? '',
    };
  }
  expect(seen).toHaveLength(5);
  expect(seen.slice(0, 4)).toEqual([...ids, marker]);
  const lone = await send({ query: { versions: '', 'version-id-marker': marker } });
  expect(codeOf(lone)).toEqual([400, 'InvalidArgument']);
});

test('several versions are deleted at once', async () => {
  await setVersioning('Enabled');
  const id = versionOf(await put('many', 'x'));
  const remove = (inner: string) =>
    send({ method: 'POST', query: { delete: '' }, body: `<Delete>${inner}</Delete>` });
  const covered = await remove('<Object><Key>many</Key></Object>');
  expect(elementOf(covered.text, 'DeleteMarker')).toBe('true');
  const marker = elementOf(covered.text, 'DeleteMarkerVersionId') ?? '';
  const one = (versionId: string) => `<Object><Key>many</Key><VersionId>${versionId}</VersionId></Object>`;
  const { text } = await remove(one(id) + one(marker));
  expect([...text.matchAll(/<VersionId>([^<]+)/g)].map(([, found]) => found)).toEqual([id, marker]);
  expect(elementOf(text, 'DeleteMarkerVersionId')).toBe(marker);
  expect((await send({ query: { versions: '', prefix: 'many' } })).text).not.toContain('<VersionId>');
});

test('an old version is copied, in whole or as a part', async () => {
  await setVersioning('Enabled');
  const old = versionOf(await put('source', 'old'));
  await put('source', 'new');
  const headers = { 'x-oss-copy-source': `/${bucket}/source?versionId=${old}` };
  const copy = await send({ method: 'PUT', key: 'copied', headers });
  expect(copy.headers['x-oss-copy-source-version-id']).toBe(old);
  expect((await send({ key: 'copied' })).text).toBe('old');
  const started = await send({ method: 'POST', key: 'joined', query: { uploads: '' } });
  const uploadId = elementOf(started.text, 'UploadId') ?? '';
  const part = { method: 'PUT', key: 'joined', query: { uploadId, partNumber: '1' } };
  const range = { ...headers, 'x-oss-copy-source-range': 'bytes=1-2' };
  expect((await send({ ...part, headers: range })).status).toBe(200);
  const all = { 'x-oss-complete-all': 'yes' };
  const done = await send({ method: 'POST', key: 'joined', query: { uploadId }, headers: all, body: '' });
  expect(versionOf(done)).toMatch(/^CAEQ/);
  expect((await send({ key: 'joined' })).text).toBe('ld');
});
