import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Crc64, etagOfParts } from '#oss';
import { addedDataFile } from '../fixtures/data-files.fixture.js';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { putPipeInPlace } from '../fixtures/pipe-in-place.fixture.js';
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
  const start = async () => {
    const answer = await sendSigned(emulator.url, { method: 'POST', key, query: { uploads: '' } });
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

  test('stays as it is while it is completed, and is gone then', async () => {
    const uploadId = await start();
    let etag: string | undefined;
    const partFile = await addedDataFile(emulator.dataDir, async () => {
      ({ etag } = (await putPart(uploadId, 1, 'slow')).headers);
    });
    await putPipeInPlace(partFile);
    // Held for as long as the pipe is open.
    const completing = complete(uploadId, list([1, String(etag)]));
    const pipe = await open(partFile, 'w');
    const late = [
      putPart(uploadId, 2, 'late'),
      sendSigned(emulator.url, { method: 'DELETE', key, query: { uploadId } }),
    ];
    const listed = await sendSigned(emulator.url, { key, query: { uploadId } });
    expect(elementOf(listed.text, 'PartNumber')).toBe('1');
    await pipe.writeFile('slow');
    await pipe.close();
    expect((await completing).status).toBe(200);
    for (const answer of await Promise.all(late)) expect(code(answer)).toEqual([404, 'NoSuchUpload']);
    expect((await sendSigned(emulator.url, { key })).text).toBe('slow');
  });

  test('survives a restart', async () => {
    const uploadId = await start();
    const { etag } = (await putPart(uploadId, 1, 'kept')).headers;
    await emulator.restart();
    expect((await complete(uploadId, list([1, String(etag)]))).status).toBe(200);
    expect((await sendSigned(emulator.url, { key })).text).toBe('kept');
  });
});
