import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { useHouse } from '../house.fixture.js';
import { runBlock } from '../page.fixture.js';
import { because, folderOf, installOnce, runProgram, runStep } from '../program.fixture.js';
import { bringSource } from '../sources.fixture.js';

const { sdk, missing } = await bringSource(
  { repository: 'aliyun-oss-c-sdk', tag: '3.11.2', commit: '052594c48bb26511ca3cdbc805bd437c6ffa8ab2' },
  'cmake gcc make libapr1-dev libaprutil1-dev libcjson-dev libcurl4-openssl-dev libmxml-dev libssl-dev'.split(
    ' ',
  ),
);

describe.skipIf(missing)(`aliyun-oss-c-sdk 3.11.2${because(missing)}`, () => {
  const house = useHouse();
  let program = '';

  beforeAll(async () => {
    const parts = ['CMakeLists.txt', 'uploads.c'].map((name) => join(folderOf('c'), name));
    const built = await installOnce({
      name: 'c',
      pinnedBy: parts,
      install: async (folder) => {
        await runStep('cmake', ['-S', folderOf('c'), '-B', folder, `-DSDK=${sdk}`]);
        await runStep('cmake', ['--build', folder, '--parallel', '2']);
      },
    });
    program = join(built, 'uploads');
  });

  // This SDK puts the bucket in the name of the host, and before an address in the path, as `bucket%2Fkey`.
  test.each(['localhost', '127.0.0.1'])('uploads by every operation to %s', async (host) => {
    const endpoint = house.run.endpoint.replace('localhost', host);
    const lines = await runProgram(program, [], { env: { SDK_RUN: await house.writeRun({ endpoint }) } });
    const { seen, expected } = await house.compare(lines, {
      operations: ['put', 'multipart', 'resumable', 'presigned'],
      signatures: ['v1', 'v4'],
      failingCallback: { raised: false, code: null },
    });
    expect(seen).toEqual(expected);
  });

  test('the block on the page of SDKs', async () => {
    const { seen, expected } = await runBlock(house, 'aliyun-oss-c-sdk', {
      file: 'upload.c',
      command: async (file) => {
        const build = join(dirname(file), 'build');
        await runStep('cmake', ['-S', folderOf('c'), '-B', build, `-DSDK=${sdk}`, `-DPROGRAM=${file}`]);
        await runStep('cmake', ['--build', build, '--parallel', '2']);
        return [join(build, 'uploads')];
      },
    });
    expect(seen).toEqual(expected);
  });
});
