import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OSS from 'ali-oss';
import { afterAll, beforeAll } from 'vitest';
import type { OssCredentials } from '#oss';
import { createLogger } from '#runtime';
import { startEmulator, type Emulator, type EmulatorOptions } from './emulator.js';

export const credentials = { accessKeyId: 'LTAI5tTestKey', accessKeySecret: 'test-secret+/=' };
export const region = 'cn-hangzhou';
export const bucket = 'examplebucket';

export interface EmulatorFixture {
  readonly dataDir: string;
  /** Without a trailing slash; another one after a restart. */
  readonly url: string;
  /** Stops the emulator and starts another one on the same folder. */
  restart(): Promise<void>;
  /** The real client of OSS. */
  client(signature?: 'V1' | 'V4', keys?: OssCredentials): OSS;
}

/** An emulator on a folder of its own, from before the first test of the file until after its last. */
export function useEmulator(options: Partial<EmulatorOptions> = {}): EmulatorFixture {
  let dataDir: string;
  let emulator: Emulator;
  const start = async () => {
    emulator = await startEmulator({
      ...credentials,
      host: '127.0.0.1',
      port: 0,
      dataDir,
      region,
      buckets: [bucket],
      logger: createLogger('oss-emulator', 'silent'),
      ...options,
    });
  };
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'oss-emulator-'));
    await start();
  });
  afterAll(async () => {
    await emulator.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return {
    get dataDir() {
      return dataDir;
    },
    get url() {
      return emulator.url;
    },
    async restart() {
      await emulator.close();
      await start();
    },
    client(signature = 'V4', { securityToken, ...keys }: OssCredentials = credentials) {
      const settings = {
        ...keys,
        ...(securityToken !== undefined && {
          stsToken: securityToken,
          refreshSTSToken: () => Promise.resolve({ ...keys, stsToken: securityToken }),
          refreshSTSTokenInterval: 3_600_000,
        }),
        endpoint: emulator.url,
        region: `oss-${region}`,
        bucket,
        authorizationV4: signature === 'V4',
        // Path style; the client's types do not know it.
        sldEnable: true,
      };
      return new OSS(settings);
    },
  };
}
