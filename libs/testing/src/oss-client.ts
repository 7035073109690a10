import { developmentSecrets } from '#runtime';
import OSS from 'ali-oss';
import { testBucket } from './stack.js';

/** The real client of OSS, pointed at the emulator. */
export function ossClient(stack: { emulator: { url: string } }): OSS {
  const { accessKeyId, accessKeySecret } = developmentSecrets;
  const options = {
    endpoint: stack.emulator.url,
    region: 'oss-cn-hangzhou',
    bucket: testBucket,
    accessKeyId,
    accessKeySecret,
    authorizationV4: true,
    // Path style; the client's types do not know it.
    sldEnable: true,
    timeout: 60_000,
  };
  return new OSS(options);
}
