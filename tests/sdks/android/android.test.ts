import { mkdir, readdir, rename } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type SdkLine, useHouse } from '../house.fixture.js';
import { because, folderOf, installOnce, missingPrograms, runProgram, runStep } from '../program.fixture.js';

const here = folderOf('android');
const missing = await missingPrograms('java', 'javac', 'jar', 'mvn');
const pom = join(here, 'pom.xml');
const sources = [join(folderOf('java'), 'src/Run.java'), join(here, 'src/OssAndroidSdk.java')];

describe.skipIf(missing)(`Android SDK${because(missing)}`, () => {
  const house = useHouse();
  let classPath: string;
  beforeAll(async () => {
    const folder = await installOnce({ name: 'android', pinnedBy: [pom, ...sources], install });
    classPath = [join(folder, 'classes'), join(folder, 'lib', '*')].join(delimiter);
  });

  test('oss-android-sdk 2.9.21 uploads with callbacks', async () => {
    const parameters = [
      '-Dfile.encoding=UTF-8',
      '-cp',
      classPath,
      'org.junit.runner.JUnitCore',
      'OssAndroidSdk',
    ];
    const lines = await runProgram('java', parameters, { env: { SDK_RUN: await house.writeRun() } });
    const compare = (operations: SdkLine['operation'][], raised: boolean) =>
      house.compare(
        lines.filter(({ operation }) => operations.includes(operation)),
        { operations, signatures: ['v1', 'v4'], failingCallback: { raised, code: 'CallbackFailed' } },
      );
    const own = await compare(['put', 'multipart', 'resumable'], true);
    expect(own.seen).toEqual(own.expected);
    // Not sent by the SDK: nothing makes an error of a 203.
    const presigned = await compare(['presigned'], false);
    expect(presigned.seen).toEqual(presigned.expected);
  });
});

async function install(into: string): Promise<void> {
  const lib = join(into, 'lib');
  await runStep('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`]);
  // The JVM reads no Android archives: their classes are taken out of them.
  for (const archive of (await readdir(lib)).filter((name) => name.endsWith('.aar'))) {
    const unpacked = join(into, archive);
    await mkdir(unpacked);
    await runStep('jar', ['xf', join(lib, archive), 'classes.jar'], { cwd: unpacked });
    await rename(join(unpacked, 'classes.jar'), join(lib, `${archive}.jar`));
  }
  const classes = join(into, 'classes');
  await runStep('javac', ['-encoding', 'UTF-8', '-d', classes, '-cp', join(lib, '*'), ...sources]);
}
