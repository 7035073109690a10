import { developmentSecrets } from '#runtime';
import OSS from 'ali-oss';
import { testBucket } from './stack.js';

/** The real OSS client, connected to the emulator. */
export function ossClient(stack: { emulator: { url: string } }): OSS {
  const { accessKeyId, accessKeySecret } = developmentSecrets;
  const options = {
    endpoint: stack.emulator.url,
    region: 'oss-cn-hangzhou',
    bucket: testBucket,
    accessKeyId,
    accessKeySecret,
    authorizationV4: true,
    // Path style; the client's types lack this option.
    sldEnable: true,
    timeout: 60_000,
  };
  return new OSS(options);
}
