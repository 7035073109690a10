import { copyFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { useHouse } from '../house.fixture.js';
import { runBlock } from '../page.fixture.js';
import { because, folderOf, installOnce, runProgram, runStep } from '../program.fixture.js';
import { bringSource } from '../sources.fixture.js';

const { sdk, missing } = await bringSource(
  { repository: 'aliyun-oss-ruby-sdk', tag: 'v0.8.0', commit: '1d573e726f2538bd661cc554962b2eec849a74d7' },
  ['gcc', 'make', 'ruby', 'ruby-dev', 'ruby-nokogiri', 'ruby-rest-client'],
);

describe.skipIf(missing)(`aliyun-oss-ruby-sdk 0.8.0${because(missing)}`, () => {
  const house = useHouse();
  let library = '';

  beforeAll(async () => {
    library = await installOnce({
      name: 'ruby-library-0.8.0',
      pinnedBy: [],
      install: async (folder) => {
        await cp(join(sdk, 'lib'), folder, { recursive: true });
        const place = { cwd: join(sdk, 'ext/crcx') };
        await runStep('ruby', ['extconf.rb'], place);
        await runStep('make', [], place);
        await copyFile(join(place.cwd, 'crcx.so'), join(folder, 'aliyun/crcx.so'));
      },
    });
  });

  test('uploads by every operation', async () => {
    const program = ['-I', library, join(folderOf('ruby'), 'uploads.rb')];
    // Ruby does not resolve landfall.localhost: an address makes the SDK put the bucket in the path.
    const endpoint = house.run.endpoint.replace('localhost', '127.0.0.1');
    const lines = await runProgram('ruby', program, { env: { SDK_RUN: await house.writeRun({ endpoint }) } });
    // This SDK knows only V1, and signs URLs only for GET.
    const { seen, expected } = await house.compare(lines, {
      operations: ['put', 'resumable'],
      signatures: ['v1'],
      failingCallback: { raised: true, code: 'CallbackFailed' },
    });
    expect(seen).toEqual(expected);
  });

  test('the block on the page of SDKs', async () => {
    const { seen, expected } = await runBlock(house, 'aliyun-oss-ruby-sdk', {
      file: 'upload.rb',
      command: (file) => ['ruby', '-I', library, file],
      tellsAnswer: false,
    });
    expect(seen).toEqual(expected);
  });
});
