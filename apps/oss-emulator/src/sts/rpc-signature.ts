import { percentEncode, signV1 } from '#oss';
import type { AccessKeys } from '../state/access-keys.js';
import { needed, stsRefusal } from './sts-refusal.js';

/** Maximum difference between the clocks of client and server. */
const maxClockSkewMs = 15 * 60_000;

type Parameters = Readonly<Record<string, string>>;

/**
 * Verifies the signature of a request in Alibaba Cloud's RPC style: HMAC-SHA1 over all parameters. Temporary keys are
 * refused: they may not assume a role here.
 * @throws OssRefusal
 */
export function verifyRpc(method: string, parameters: Parameters, keys: AccessKeys): void {
  const accessKeyId = needed(parameters, 'AccessKeyId');
  const signature = needed(parameters, 'Signature');
  needed(parameters, 'SignatureNonce');
  const key = keys.find(accessKeyId);
  if (!key || key.securityToken !== undefined)
    throw stsRefusal(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
  const time = Date.parse(needed(parameters, 'Timestamp'));
  if (Number.isNaN(time))
    throw stsRefusal(
      400,
      'InvalidTimeStamp.Format',
      'Specified time stamp or date value is not well formatted.',
    );
  if (Math.abs(time - Date.now()) > maxClockSkewMs)
    throw stsRefusal(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
  if ((parameters['SignatureMethod'] ?? 'HMAC-SHA1') !== 'HMAC-SHA1')
    throw stsRefusal(400, 'InvalidParameter.SignatureMethod', 'The emulator knows HMAC-SHA1 only.');
  const text = rpcStringToSign(method, parameters);
  if (signV1(`${key.accessKeySecret}&`, text) === signature) return;
  throw stsRefusal(
    400,
    'SignatureDoesNotMatch',
    `Specified signature is not matched with our calculation. server string to sign is:${text}`,
  );
}

/** The string to sign: every parameter except the signature itself. */
export function rpcStringToSign(method: string, parameters: Parameters): string {
  const query = Object.entries(parameters)
    .filter(([name]) => name !== 'Signature')
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .sort()
    .join('&');
  return `${method}&%2F&${percentEncode(query)}`;
}
