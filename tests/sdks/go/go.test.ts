import { join } from 'node:path';
import { eventually, type UploadView } from '#testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { type House, type SdkLine, useHouse } from '../house.fixture.js';
import { runBlock } from '../page.fixture.js';
import { because, folderOf, installOnce, missingPrograms, runProgram, runStep } from '../program.fixture.js';

const here = folderOf('go');
const missing = await missingPrograms('go');
const sources = ['go.mod', 'go.sum', 'run/run.go', 'run/form.go', 'v1/main.go', 'v2/main.go'];
const raised = { raised: true, code: 'CallbackFailed' };
/** PostObject, and a signed URL used without the SDK: nothing makes an error of a 203. */
const handedOn = { raised: false, code: 'CallbackFailed' };

describe.skipIf(missing)(`Go SDKs${because(missing)}`, () => {
  const house = useHouse();
  let folder: string;
  beforeAll(async () => {
    folder = await installOnce({
      name: 'go',
      pinnedBy: sources.map((path) => join(here, path)),
      install: async (into) => {
        for (const version of ['v1', 'v2'])
          await runStep('go', ['build', '-o', join(into, version), `./${version}`], { cwd: here });
      },
    });
  });
  const runSdk = async (version: 'v1' | 'v2') =>
    runProgram(join(folder, version), [], { env: { SDK_RUN: await house.writeRun() } });

  /** What came by these operations, and what should have. */
  const compare = (
    lines: readonly SdkLine[],
    operations: SdkLine['operation'][],
    failingCallback: { raised: boolean; code: string | null },
  ) =>
    house.compare(
      lines.filter(({ operation }) => operations.includes(operation)),
      { operations, signatures: ['v1', 'v4'], failingCallback },
    );

  test('aliyun-oss-go-sdk 3.0.2 uploads with callbacks', async () => {
    const lines = await withAnswersOfUploadFile(await runSdk('v1'), house);
    const own = await compare(lines, ['put', 'multipart', 'resumable'], raised);
    expect(own.seen).toEqual(own.expected);
    const form = await compare(lines, ['form'], handedOn);
    expect(form.seen).toEqual(form.expected);
    // Of the answer to an upload by a signed URL, it reads only the status.
    const presigned = await compare(lines, ['presigned'], { raised: true, code: null });
    expect(presigned.seen).toEqual(presigned.expected);
  });

  test('alibabacloud-oss-go-sdk-v2 1.6.1 uploads with callbacks', async () => {
    const lines = await withAnswersOfUploadFile(await runSdk('v2'), house);
    const own = await compare(lines, ['put', 'multipart', 'resumable'], raised);
    expect(own.seen).toEqual(own.expected);
    const byHand = await compare(lines, ['form', 'presigned'], handedOn);
    expect(byHand.seen).toEqual(byHand.expected);
  });

  test.each(['aliyun-oss-go-sdk', 'alibabacloud-oss-go-sdk-v2'])(
    'the block of %s on the page of SDKs',
    async (sdk) => {
      const build = async (file: string) => {
        const program = file.replace(/\.go$/, '');
        await runStep('go', ['build', '-o', program, file], { cwd: here });
        return [program];
      };
      const { seen, expected } = await runBlock(house, sdk, { file: 'upload.go', command: build });
      expect(seen).toEqual(expected);
    },
  );
});

/** UploadFile of both SDKs drops the application's answer: the api tells which upload it was. */
function withAnswersOfUploadFile(lines: readonly SdkLine[], house: House): Promise<SdkLine[]> {
  return Promise.all(
    lines.map(async (line) => {
      if (line.operation !== 'resumable' || line.raised) return line;
      expect(line.answer).toBeNull();
      const path = `/v1/uploads?prefix=${encodeURIComponent(line.key)}`;
      // Listed once a worker has confirmed it.
      const answer = await eventually(async () => {
        const { items } = await house.stack.get<{ items: UploadView[] }>(path);
        return items.find(({ objectKey }) => objectKey === line.key);
      });
      return { ...line, answer };
    }),
  );
}
