import { OssRefusal } from '#oss';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { readText } from '../wire/read-body.js';
import { send } from '../wire/responses.js';
import { changeSetting } from './stored-setting.js';

const maxPolicyBytes = 16 * 1024;
const name = 'policy';

/** `GET`, `PUT` and `DELETE` of `?policy`: stored, but not enforced. */
export const bucketPolicy = {
  GET(exchange: AddressedExchange, { buckets }: EmulatorState): void {
    const policy = buckets.get(exchange.bucket).settings[name];
    if (policy === undefined)
      throw new OssRefusal(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist.', {
        facts: { BucketName: exchange.bucket },
      });
    send(exchange, 200, { 'content-type': 'application/json' }, policy);
  },

  async PUT(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
    const text = await readText(exchange);
    if (Buffer.byteLength(text) > maxPolicyBytes) throw invalidPolicy('it is larger than 16 KB.');
    checkPolicy(text);
    await changeSetting(exchange, state, name, () => text);
    send(exchange, 200);
  },

  async DELETE(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
    await changeSetting(exchange, state, name, () => undefined);
    send(exchange, 204);
  },
};

/** @throws OssRefusal InvalidPolicyDocument */
function checkPolicy(text: string): void {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw invalidPolicy('it is not JSON.');
  }
  const hasStatements =
    typeof policy === 'object' &&
    policy !== null &&
    'Version' in policy &&
    policy.Version === '1' &&
    'Statement' in policy &&
    Array.isArray(policy.Statement);
  if (!hasStatements) throw invalidPolicy('it needs "Version": "1" and a list "Statement".');
}

function invalidPolicy(reason: string): OssRefusal {
  return new OssRefusal(400, 'InvalidPolicyDocument', `The policy is not valid: ${reason}`);
}
