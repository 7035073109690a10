import { randomInt } from 'node:crypto';
import type { AccessKeys } from '../state/access-keys.js';
import { needed, stsRefusal } from './sts-refusal.js';

const maxPolicyLength = 2048;

/**
 * Issues a temporary key with the same permissions as the keys in the settings. A policy must be well-formed but is
 * not enforced.
 * @throws OssRefusal
 */
export function assumeRole(parameters: Readonly<Record<string, string>>, keys: AccessKeys) {
  const arn = needed(parameters, 'RoleArn');
  const session = needed(parameters, 'RoleSessionName');
  const [, account, role] = /^acs:ram::(\d{1,20}):role\/([\w.-]{1,64})$/.exec(arn) ?? [];
  if (!account || !role)
    throw stsRefusal(400, 'InvalidParameter.RoleArn', 'The parameter RoleArn is wrongly formed.');
  if (!/^[\w.@-]{2,64}$/.test(session))
    throw stsRefusal(
      400,
      'InvalidParameter.RoleSessionName',
      'The parameter RoleSessionName is wrongly formed.',
    );
  checkPolicy(parameters['Policy']);
  const expiresAt = new Date(Date.now() + readDurationS(parameters['DurationSeconds']) * 1000);
  const key = keys.issue(expiresAt);
  return {
    AssumedRoleUser: {
      AssumedRoleId: `3${randomInt(10 ** 12)}:${session}`,
      Arn: `acs:ram::${account}:assumed-role/${role}/${session}`,
    },
    Credentials: {
      SecurityToken: key.securityToken,
      AccessKeyId: key.accessKeyId,
      AccessKeySecret: key.accessKeySecret,
      Expiration: expiresAt.toISOString().replace(/\.\d+Z$/, 'Z'),
    },
  };
}

function readDurationS(text = '3600'): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds >= 900 && seconds <= 43_200) return seconds;
  throw stsRefusal(
    400,
    'InvalidParameter.DurationSeconds',
    'The Min/Max value of DurationSeconds is 15min/12hr.',
  );
}

function checkPolicy(text: string | undefined): void {
  if (text === undefined || text === '') return;
  if (text.length > maxPolicyLength)
    throw stsRefusal(
      400,
      'InvalidParameter.PolicySize',
      'The size of Policy must be smaller than 2048 bytes.',
    );
  if (!isPolicy(text))
    throw stsRefusal(
      400,
      'InvalidParameter.PolicyGrammar',
      'The parameter Policy has not passed grammar check.',
    );
}

function isPolicy(text: string): boolean {
  try {
    const policy: unknown = JSON.parse(text);
    return (
      typeof policy === 'object' &&
      policy !== null &&
      'Statement' in policy &&
      typeof policy.Statement === 'object' &&
      policy.Statement !== null
    );
  } catch {
    return false;
  }
}
