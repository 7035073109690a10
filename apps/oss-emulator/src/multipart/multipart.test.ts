import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Crc64, etagOfParts } from '#oss';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendSigned, type RawAnswer } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();

const partBytes = 100 * 1024;
const key = '分/parts.bin';

describe.each(['V1', 'V4'] as const)('the real client with %s signatures', (signature) => {
  test('uploads in parts', async () => {
    const client = emulator.client(signature);
    const bytes = randomBytes(partBytes * 3 + 17);
    const done = await client.multipartUpload(key, bytes, {
      partSize: partBytes,
      parallel: 3,
      mime: 'video/x-test',
    });
    expect((done as unknown as { etag: string }).etag).toMatch(/^"[0-9A-F]{32}-4"$/);
    const { content, res } = await client.get(key);
    expect(content).toEqual(bytes);
    expect(res.headers).toMatchObject({
      'content-type': 'video/x-test',
      'x-oss-object-type': 'Multipart',
      'x-oss-hash-crc64ecma': new Crc64().update(bytes).digest(),
    });
    expect((await client.listUploads({ 'max-uploads': 10 })).uploads).toEqual([]);
  });

  test('lists and aborts', async () => {
    const client = emulator.client(signature);
    const { uploadId } = await client.initMultipartUpload(key);
    await client.uploadPart(key, uploadId, 2, Buffer.from('two'), 0, 3);
    const { parts } = (await client.listParts(key, uploadId, { 'max-parts': 10 } as never)) as unknown as {
      parts: { PartNumber: string; Size: string };
    };
    expect(parts).toMatchObject({ PartNumber: '2', Size: '3' });
    const { uploads } = await client.listUploads({ 'max-uploads': 10 });
    expect(uploads).toMatchObject([{ name: key, uploadId }]);
    await client.abortMultipartUpload(key, uploadId);
    await expect(client.listParts(key, uploadId, {} as never)).rejects.toMatchObject({
      code: 'NoSuchUpload',
    });
  });
});

describe('an upload in parts', () => {
  const start = async (query: Record<string, string> = {}) => {
    const answer = await sendSigned(emulator.url, { method: 'POST', key, query: { uploads: '', ...query } });
    return elementOf(answer.text, 'UploadId') ?? '';
  };
  const putPart = async (uploadId: string, partNumber: number | string, body: Buffer | string) =>
    sendSigned(emulator.url, {
      method: 'PUT',
      key,
      query: { partNumber: String(partNumber), uploadId },
      body,
    });
  const complete = (uploadId: string, body: string, headers: Record<string, string> = {}) =>
    sendSigned(emulator.url, { method: 'POST', key, query: { uploadId }, body, headers });
  const list = (...parts: [number | string, string][]) =>
    `<CompleteMultipartUpload>${parts
      .map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
      .join('')}</CompleteMultipartUpload>`;
  const code = ({ status, text }: RawAnswer) => [status, elementOf(text, 'Code')];

  test('may have gaps, and ETags quoted in any way', async () => {
    const uploadId = await start();
    const etags: string[] = [];
    for (const partNumber of [3, 7, 10_000])
      etags.push(
        String((await putPart(uploadId, partNumber, Buffer.alloc(partBytes, partNumber))).headers.etag),
      );
    const [a = '', b = '', c = ''] = etags.map((etag) => etag.replaceAll('"', ''));
    const answer = await complete(
      uploadId,
      list([3, a], [7, `"${b}"`], [10_000, `&quot;${c.toLowerCase()}&quot;`]),
    );
    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe(`"${etagOfParts([a, b, c])}"`);
    expect(elementOf(answer.text, 'Key')).toBe(key);
    expect(code(await complete(uploadId, list([3, a])))).toEqual([404, 'NoSuchUpload']);
  });

  test('completes with all parts without a list', async () => {
    const uploadId = await start();
    await putPart(uploadId, 2, 'end');
    await putPart(uploadId, 1, Buffer.alloc(partBytes, 1));
    const all = { 'x-oss-complete-all': 'yes' };
    expect(code(await complete(uploadId, list([1, 'E']), all))).toEqual([400, 'InvalidArgument']);
    expect((await complete(uploadId, '', all)).status).toBe(200);
  });

  test.each([0, 10_001, -1, 'one', '1.5', ''])('has no part %s', async (partNumber) => {
    expect(code(await putPart(await start(), partNumber, 'x'))).toEqual([400, 'InvalidArgument']);
  });

  test('is listed with the last of its parts and of the uploads, if there are any', async () => {
    const uploads = await sendSigned(emulator.url, { query: { uploads: '', prefix: 'none' } });
    expect(['NextKeyMarker', 'NextUploadIdMarker'].map((name) => elementOf(uploads.text, name))).toEqual([
      '',
      '',
    ]);
    const uploadId = await start();
    const parts = () => sendSigned(emulator.url, { key, query: { uploadId } });
    const { text } = await parts();
    expect(elementOf(text, 'StorageClass')).toBe('Standard');
    expect(elementOf(text, 'NextPartNumberMarker')).toBeUndefined();
    await putPart(uploadId, 3, 'x');
    expect(elementOf((await parts()).text, 'NextPartNumberMarker')).toBe('3');
    const list = await sendSigned(emulator.url, { query: { uploads: '', prefix: key } });
    expect(elementOf(list.text, 'IsTruncated')).toBe('false');
    expect(elementOf(list.text, 'NextKeyMarker')).toBe(key);
    expect(elementOf(list.text, 'NextUploadIdMarker')).toBe(uploadId);
  });

  test('that is missing has an EC of each operation', async () => {
    const query = { uploadId: 'none', partNumber: '1' };
    const ec = async (method: string, headers: Record<string, string> = {}) =>
      (await sendSigned(emulator.url, { method, key, query, headers })).headers['x-oss-ec'];
    expect(await ec('PUT')).toBe('0042-00000104');
    expect(await ec('PUT', { 'x-oss-copy-source': '/examplebucket/k' })).toBe('0042-00000311');
    for (const method of ['GET', 'POST', 'DELETE']) expect(await ec(method)).toBe('0042-00000002');
  });

  test('must exist', async () => {
    for (const uploadId of ['', 'nonsense', '../../..', 'F'.repeat(32)]) {
      expect(code(await putPart(uploadId, 1, 'x'))).toEqual([404, 'NoSuchUpload']);
      expect(code(await complete(uploadId, list([1, 'E'])))).toEqual([404, 'NoSuchUpload']);
    }
  });

  test('is not completed by a list that does not fit', async () => {
    const uploadId = await start();
    const etags: string[] = [];
    for (const partNumber of [1, 2])
      etags.push(String((await putPart(uploadId, partNumber, 'small')).headers.etag));
    const [a = '', b = ''] = etags;
    for (const [body, wanted] of [
      ['', 'MalformedXML'],
      ['<CompleteMultipartUpload>', 'MalformedXML'],
      [list(), 'MalformedXML'],
      [list(['x', a]), 'MalformedXML'],
      [list([2, b], [1, a]), 'InvalidPartOrder'],
      [list([1, a], [1, a]), 'InvalidPartOrder'],
      [list([1, 'WRONG']), 'InvalidPart'],
      [list([3, a]), 'InvalidPart'],
      // A million parts: longer than any list of 10,000.
      [`<CompleteMultipartUpload>${'<Part/>'.repeat(1_000_000)}</CompleteMultipartUpload>`, 'MalformedXML'],
      [list([1, a], [2, b]), 'EntityTooSmall'],
    ] as const)
      expect(code(await complete(uploadId, body))).toEqual([400, wanted]);
    expect((await complete(uploadId, list([2, b]))).status).toBe(200);
  });

  test('becomes an empty object without parts', async () => {
    const uploadId = await start();
    expect(code(await complete(uploadId, ''))).toEqual([400, 'MalformedXML']);
    expect((await complete(uploadId, list())).status).toBe(200);
    expect((await sendSigned(emulator.url, { method: 'HEAD', key })).headers['content-length']).toBe('0');
  });

  test('is completed once, however often it is asked for', async () => {
    const uploadId = await start();
    const { etag } = (await putPart(uploadId, 1, Buffer.alloc(1_000_000))).headers;
    const answers = await Promise.all([1, 2, 3].map(() => complete(uploadId, list([1, String(etag)]))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
    expect((await sendSigned(emulator.url, { method: 'HEAD', key })).headers['content-length']).toBe(
      '1000000',
    );
  });

  test('is completed, aborted or given a part by one of those who try at once', async () => {
    const uploadId = await start();
    const etag = String((await putPart(uploadId, 1, 'first')).headers['etag']);
    const completing = Array.from({ length: 5 }, () => complete(uploadId, list([1, etag])));
    const aborting = sendSigned(emulator.url, { method: 'DELETE', key, query: { uploadId } });
    const answers = await Promise.all([...completing, aborting]);
    const late = answers.filter(({ status }) => status >= 300);
    expect(late.map(code)).toEqual(Array.from({ length: 5 }, () => [404, 'NoSuchUpload']));
    expect(code(await putPart(uploadId, 2, 'late'))).toEqual([404, 'NoSuchUpload']);
  });

  test('is read in any range over the bounds of its parts, and while it is replaced', async () => {
    const uploadId = await start();
    const parts = ['a'.repeat(102_400), 'b'.repeat(102_401), 'c'];
    const etags = [];
    for (const [index, part] of parts.entries())
      etags.push(String((await putPart(uploadId, index + 1, part)).headers['etag']));
    const done = await complete(
      uploadId,
      list(...etags.map((etag, index) => [index + 1, etag] as [number, string])),
    );
    const whole = parts.join('');
    expect(done.headers['x-oss-hash-crc64ecma']).toBe(new Crc64().update(Buffer.from(whole)).digest());
    for (const [from, to] of [
      [0, 204_801],
      [102_399, 102_400],
      [102_400, 204_800],
      [204_801, 204_801],
      [5, 6],
    ] as const) {
      const answer = await sendSigned(emulator.url, { key, headers: { range: `bytes=${from}-${to}` } });
      expect([answer.status, answer.text === whole.slice(from, to + 1)]).toEqual([206, true]);
    }
    const reading = Array.from({ length: 20 }, () => sendSigned(emulator.url, { key }));
    const replacing = sendSigned(emulator.url, { method: 'PUT', key, body: 'new' });
    for (const { text } of await Promise.all(reading)) expect([whole, 'new']).toContain(text);
    await replacing;
  });

  test('in sequence has the MD5 of all its bytes, and another has none', async () => {
    const bytes = randomBytes(partBytes + 5);
    const md5 = createHash('md5').update(bytes).digest('base64');
    for (const [query, wanted] of [
      [{ sequential: '' }, md5],
      [{}, undefined],
    ] as const) {
      const uploadId = await start(query);
      await putPart(uploadId, 1, bytes.subarray(0, partBytes));
      await putPart(uploadId, 2, bytes.subarray(partBytes));
      await complete(uploadId, '', { 'x-oss-complete-all': 'yes' });
      const { headers } = await sendSigned(emulator.url, { method: 'HEAD', key });
      expect(headers['content-md5']).toBe(wanted);
    }
  });

  test('survives a restart', async () => {
    const uploadId = await start();
    const { etag } = (await putPart(uploadId, 1, 'kept')).headers;
    await emulator.restart();
    expect((await complete(uploadId, list([1, String(etag)]))).status).toBe(200);
    expect((await sendSigned(emulator.url, { key })).text).toBe('kept');
  });
});
