import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type SdkLine, useHouse } from '../house.fixture.js';
import { runBlock } from '../page.fixture.js';
import { because, folderOf, installOnce, missingPrograms, runProgram, runStep } from '../program.fixture.js';

const here = folderOf('java');
const missing = await missingPrograms('java', 'javac', 'mvn');
const pom = join(here, 'pom.xml');
const sources = ['Run.java', 'FormUpload.java', 'AliyunSdkOss.java'].map((name) => join(here, 'src', name));
const raised = { raised: true, code: 'CallbackFailed' };
/** Not sent by the SDK: nothing makes an error of a 203. */
const handedOn = { raised: false, code: 'CallbackFailed' };

describe.skipIf(missing)(`Java SDK${because(missing)}`, () => {
  const house = useHouse();
  let classPath: string;
  beforeAll(async () => {
    const folder = await installOnce({
      name: 'java',
      pinnedBy: [pom, ...sources],
      install: async (into) => {
        const lib = join(into, 'lib');
        await runStep('mvn', [
          '-q',
          '-B',
          '-f',
          pom,
          'dependency:copy-dependencies',
          `-DoutputDirectory=${lib}`,
        ]);
        const classes = join(into, 'classes');
        await runStep('javac', ['-encoding', 'UTF-8', '-d', classes, '-cp', join(lib, '*'), ...sources]);
      },
    });
    classPath = [join(folder, 'classes'), join(folder, 'lib', '*')].join(delimiter);
  });

  test('aliyun-sdk-oss 3.18.5 uploads with callbacks', async () => {
    // The SDK encodes callbacks in the machine's own charset.
    const parameters = ['-Dfile.encoding=UTF-8', '-cp', classPath, 'AliyunSdkOss'];
    const lines = await runProgram('java', parameters, { env: { SDK_RUN: await house.writeRun() } });
    const compare = (
      operations: SdkLine['operation'][],
      failingCallback: { raised: boolean; code: string | null },
    ) =>
      house.compare(
        lines.filter(({ operation }) => operations.includes(operation)),
        { operations, signatures: ['v1', 'v4'], failingCallback },
      );
    const own = await compare(['put', 'multipart', 'resumable'], raised);
    expect(own.seen).toEqual(own.expected);
    const byHand = await compare(['form', 'presigned'], handedOn);
    expect(byHand.seen).toEqual(byHand.expected);
  });

  test('the block on the page of SDKs', async () => {
    const { seen, expected } = await runBlock(house, 'aliyun-sdk-oss', {
      file: 'Upload.java',
      command: (file) => ['java', '-cp', classPath, file],
    });
    expect(seen).toEqual(expected);
  });
});
