import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { useHouse } from '../house.fixture.js';
import { runBlock } from '../page.fixture.js';
import { because, folderOf, installOnce, runProgram, runStep } from '../program.fixture.js';
import { bringSource } from '../sources.fixture.js';

const { sdk, missing } = await bringSource(
  { repository: 'aliyun-oss-cpp-sdk', tag: '1.10.1', commit: 'c42600fb0b2057494ae3b77b93afeff42dfba0a4' },
  ['cmake', 'g++', 'make', 'libcurl4-openssl-dev', 'libssl-dev', 'nlohmann-json3-dev'],
);

describe.skipIf(missing)(`aliyun-oss-cpp-sdk 1.10.1${because(missing)}`, () => {
  const house = useHouse();
  let program = '';
  let library = '';

  beforeAll(async () => {
    // Minutes of work: kept apart from the program, which changes more often.
    const home = await installOnce({
      name: 'cpp-library-1.10.1',
      pinnedBy: [],
      install: async (folder) => {
        // The SDK treats warnings as errors, and newer versions of libcurl call some of its calls deprecated.
        const options = ['-DBUILD_SAMPLE=OFF', '-DCMAKE_CXX_FLAGS=-DCURL_DISABLE_DEPRECATION'];
        await runStep('cmake', ['-S', sdk, '-B', folder, ...options]);
        await runStep('cmake', ['--build', folder, '--target', 'cpp-sdk', '--parallel', '2']);
      },
    });
    library = join(home, 'lib/libalibabacloud-oss-cpp-sdk.a');
    const built = await installOnce({
      name: 'cpp',
      pinnedBy: ['CMakeLists.txt', 'uploads.cpp'].map((name) => join(folderOf('cpp'), name)),
      install: async (folder) => {
        const options = [`-DSDK=${sdk}`, `-DLIBRARY=${library}`];
        await runStep('cmake', ['-S', folderOf('cpp'), '-B', folder, ...options]);
        await runStep('cmake', ['--build', folder]);
      },
    });
    program = join(built, 'uploads');
  });

  test('uploads by every operation', async () => {
    const lines = await runProgram(program, [], { env: { SDK_RUN: await house.writeRun() } });
    const { seen, expected } = await house.compare(lines, {
      operations: ['put', 'multipart', 'resumable', 'presigned'],
      signatures: ['v1', 'v4'],
      failingCallback: { raised: true, code: 'CallbackFailed' },
      failingStatus: null,
    });
    expect(seen).toEqual(expected);
  });

  test('the block on the page of SDKs', async () => {
    const { seen, expected } = await runBlock(house, 'aliyun-oss-cpp-sdk', {
      file: 'upload.cpp',
      command: async (file) => {
        const build = join(dirname(file), 'build');
        await runStep('cmake', [
          '-S',
          folderOf('cpp'),
          '-B',
          build,
          `-DSDK=${sdk}`,
          `-DLIBRARY=${library}`,
          `-DPROGRAM=${file}`,
        ]);
        await runStep('cmake', ['--build', build, '--parallel', '2']);
        return [join(build, 'uploads')];
      },
    });
    expect(seen).toEqual(expected);
  });
});
