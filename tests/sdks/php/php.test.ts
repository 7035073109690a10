import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useHouse } from '../house.fixture.js';
import { runBlock } from '../page.fixture.js';
import { because, folderOf, runProgram } from '../program.fixture.js';
import { bringSource } from '../sources.fixture.js';

const packages = ['php-cli', 'php-curl', 'php-mbstring', 'php-xml'];
const first = await bringSource(
  { repository: 'aliyun-oss-php-sdk', tag: 'v2.7.3', commit: '10dbd2a7253131da60629d431c8eb6c216fbbbf7' },
  packages,
);
const second = await bringSource(
  {
    repository: 'alibabacloud-oss-php-sdk-v2',
    tag: '0.3.2',
    commit: '04e9c5250d74e64f9b631007af4aa717058346fd',
  },
  [...packages, 'php-guzzlehttp-guzzle'],
);

const signatures = ['v1', 'v4'] as const;

describe('PHP', () => {
  const house = useHouse();
  const upload = async (program: string, sdk: string) =>
    runProgram('php', [join(folderOf('php'), program), sdk], { env: { SDK_RUN: await house.writeRun() } });

  test.skipIf(first.missing)(`aliyun-oss-php-sdk 2.7.3${because(first.missing)}`, async () => {
    const lines = await upload('uploads.php', first.sdk);
    const byTheSdk = await house.compare(
      lines.filter(({ operation }) => operation !== 'presigned'),
      {
        operations: ['put', 'multipart'],
        signatures,
        failingCallback: { raised: true, code: 'CallbackFailed' },
      },
    );
    expect(byTheSdk.seen).toEqual(byTheSdk.expected);
    // The application uploads to the signed URL itself.
    const byTheApplication = await house.compare(
      lines.filter(({ operation }) => operation === 'presigned'),
      { operations: ['presigned'], signatures, failingCallback: { raised: false } },
    );
    expect(byTheApplication.seen).toEqual(byTheApplication.expected);
  });

  test.skipIf(second.missing)(`alibabacloud-oss-php-sdk-v2 0.3.2${because(second.missing)}`, async () => {
    const lines = await upload('uploads-v2.php', second.sdk);
    const { seen, expected } = await house.compare(lines, {
      operations: ['put', 'multipart', 'presigned'],
      signatures,
      failingCallback: { raised: false },
    });
    expect(seen).toEqual(expected);
  });

  test.skipIf(first.missing)(`the block on the page of SDKs${because(first.missing)}`, async () => {
    const { seen, expected } = await runBlock(house, 'aliyun-oss-php-sdk', {
      file: 'upload.php',
      command: (file) => ['php', file],
      links: { vendor: first.sdk },
    });
    expect(seen).toEqual(expected);
  });
});
