import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OSS from 'ali-oss';
import { describe, expect, test } from 'vitest';
import { type SdkLine, type SdkRun, useHouse } from '../house.fixture.js';

const outcomeOf = async (upload: () => Promise<{ data?: object; res: { status: number } }>) => {
  try {
    const { data, res } = await upload();
    return { status: res.status, answer: data, raised: false, code: null };
  } catch (error) {
    const { status, code } = error as { status: number; code: string };
    return { status, raised: true, code };
  }
};

/** Uploads every case by put and by multipartUpload. */
async function uploadAll(run: SdkRun, signature: 'v1' | 'v4'): Promise<SdkLine[]> {
  const client = new OSS({
    endpoint: run.endpoint,
    region: `oss-${run.region}`,
    bucket: run.bucket,
    accessKeyId: run.accessKeyId,
    accessKeySecret: run.accessKeySecret,
    authorizationV4: signature === 'v4',
    sldEnable: true,
  } as OSS.Options);
  const lines: SdkLine[] = [];
  for (const { name, key: caseKey, vars, content } of [...run.cases, run.failingCase]) {
    const callback = {
      url: name === run.failingCase.name ? run.failingCallbackUrl : run.callbackUrl,
      body: run.callbackBody,
      contentType: 'application/x-www-form-urlencoded',
      // The SDK writes `x:` before each name.
      customValue: Object.fromEntries(Object.entries(vars).map(([key, value]) => [key.slice(2), value])),
    };
    const file = join(run.folder, 'content.txt');
    await writeFile(file, content);
    for (const operation of ['put', 'multipart'] as const) {
      const key = `nodejs/${signature}/${operation}/${caseKey}`;
      const outcome = await outcomeOf(async () =>
        operation === 'put'
          ? client.put(key, Buffer.from(content), { callback })
          : ((await client.multipartUpload(key, file, { callback })) as never),
      );
      lines.push({ operation, signature, case: name, key, ...outcome });
    }
  }
  return lines;
}

describe('ali-oss 6.23.0', () => {
  const house = useHouse();

  test('uploads with callbacks', async () => {
    const lines = [...(await uploadAll(house.run, 'v1')), ...(await uploadAll(house.run, 'v4'))];
    const { seen, expected } = await house.compare(lines, {
      operations: ['put', 'multipart'],
      signatures: ['v1', 'v4'],
      failingCallback: { raised: true, code: 'CallbackFailed' },
    });
    expect(seen).toEqual(expected);
  });
});
