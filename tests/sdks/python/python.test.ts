import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { useHouse } from '../house.fixture.js';
import { runBlock } from '../page.fixture.js';
import { because, folderOf, installOnce, missingPrograms, runProgram, runStep } from '../program.fixture.js';

const missing = await missingPrograms('python3');
const folder = folderOf('python');

describe.skipIf(missing)(`Python${because(missing)}`, () => {
  const house = useHouse();
  let python = '';

  beforeAll(async () => {
    const requirements = join(folder, 'requirements.txt');
    const home = await installOnce({
      name: 'python',
      pinnedBy: [requirements],
      install: async (place) => {
        await runStep('python3', ['-m', 'venv', place]);
        await runStep(join(place, 'bin/pip'), ['install', '--no-input', '-r', requirements]);
      },
    });
    python = join(home, 'bin/python');
  });

  test.each([
    {
      sdk: 'oss2 2.19.1',
      program: 'with_oss2.py',
      operations: ['put', 'multipart', 'resumable', 'presigned', 'form'],
      failingCallback: { raised: false, code: 'CallbackFailed' },
    },
    {
      sdk: 'alibabacloud-oss-v2 1.4.1',
      program: 'with_oss_v2.py',
      operations: ['put', 'multipart', 'presigned'],
      failingCallback: { raised: false },
    },
    {
      sdk: 'alibabacloud-oss-v2 1.4.1, asynchronous,',
      program: 'with_oss_v2_async.py',
      operations: ['put', 'multipart'],
      failingCallback: { raised: false },
    },
  ] as const)('$sdk uploads with callbacks', async ({ program, operations, failingCallback }) => {
    const lines = await runProgram(python, [join(folder, program)], {
      env: { SDK_RUN: await house.writeRun() },
    });
    const { seen, expected } = await house.compare(lines, {
      operations,
      signatures: ['v1', 'v4'],
      failingCallback,
    });
    expect(seen).toEqual(expected);
  });

  test.each(['oss2', 'alibabacloud-oss-v2'])('the block of %s on the page of SDKs', async (sdk) => {
    const { seen, expected } = await runBlock(house, sdk, {
      file: 'upload.py',
      command: (file) => [python, file],
    });
    expect(seen).toEqual(expected);
  });
});
