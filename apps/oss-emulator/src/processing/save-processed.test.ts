import { beforeAll, describe, expect, test } from 'vitest';
import { bucket, useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendSigned } from '../fixtures/requests.fixture.js';
import { describeImage, halves } from '../images/pictures.fixture.js';

const emulator = useEmulator();
beforeAll(async () => {
  await emulator.client().put('a.jpg', await halves(400, 200).jpeg().toBuffer());
});

describe('sys/saveas', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64url');
  const save = (process: string) =>
    sendSigned(emulator.url, {
      method: 'POST',
      key: 'a.jpg',
      query: { 'x-oss-process': '' },
      body: `x-oss-process=${process}`,
    });

  test('stores the processed image', async () => {
    const key = '小/图.jpg';
    const { status, text } = await save(`image/resize,w_40|sys/saveas,o_${base64(key)},b_${base64(bucket)}`);
    const saved = (await sendSigned(emulator.url, { key })).body;
    expect([status, JSON.parse(text)]).toEqual([
      200,
      { bucket, fileSize: saved.length, object: key, status: 'OK' },
    ]);
    expect(await describeImage(saved)).toMatchObject({ format: 'jpeg', width: 40 });
  });

  test.each([
    [`image/resize,w_40|sys/saveas,o_${base64('x')},b_${base64('missing-bucket')}`, 'NoSuchBucket'],
    [`image/resize,w_40|sys/saveas,o_${base64('/x')}`, 'InvalidObjectName'],
    ['image/resize,w_40|sys/saveas,o_?', 'BadRequest'],
    [`image/resize,w_40|sys/saveas,b_${base64(bucket)}`, 'MissingArgument'],
    [`image/info|sys/saveas,o_${base64('x')}`, 'InvalidArgument'],
    ['image/resize,w_40', 'NotImplemented'],
    [`video/convert,f_mp4|sys/saveas,o_${base64('x')}`, 'NotImplemented'],
  ])('refuses %s', async (process, code) => {
    expect(elementOf((await save(process)).text, 'Code')).toBe(code);
  });
});
