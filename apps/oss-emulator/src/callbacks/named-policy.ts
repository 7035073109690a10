import { decodeStrictBase64, invalidArgument, readCallbackParameters } from '#oss';
import { refusal } from '../wire/refusals.js';
import { readXml } from '../wire/xml.js';
import { childrenOf, textOf } from '../wire/xml-values.js';

/** The bucket setting that holds its callback policies. */
export const callbackPolicySetting = 'policy&comp=callback';
export const callbackPolicyRoot = 'BucketCallbackPolicy';

/** The callback parameters that apply to an upload that names this policy. */
interface CallbackPolicy {
  readonly policyName: string;
  /** Base64, as in the `x-oss-callback` header. */
  readonly callback: string;
  readonly callbackVar: string | undefined;
}

/** @throws OssRefusal MalformedXML, InvalidArgument */
export function readPolicies(root: Record<string, unknown>): CallbackPolicy[] {
  return childrenOf(root, 'PolicyItem').map((item) => {
    const policyName = textOf(item, 'PolicyName');
    const callback = textOf(item, 'Callback');
    if (!policyName || !callback) throw refusal('MalformedXML');
    const callbackVar = textOf(item, 'CallbackVar') || undefined;
    readCallbackParameters(callback, callbackVar, { allowPrivateHosts: true });
    return { policyName, callback, callbackVar };
  });
}

/**
 * Finds the policy named by the value of `callback`: `{"callbackPolicy":"name"}` in Base64.
 * @param settings of the bucket
 * @returns undefined if it names none
 * @throws OssRefusal InvalidArgument if there is no such policy
 */
export function findNamedPolicy(
  callback: string | undefined,
  settings: Readonly<Record<string, string>>,
): CallbackPolicy | undefined {
  const policyName = callback === undefined ? undefined : readPolicyName(callback);
  if (policyName === undefined) return undefined;
  const text = settings[callbackPolicySetting];
  const policies = text === undefined ? [] : readPolicies(readXml(text, callbackPolicyRoot));
  const policy = policies.find((known) => known.policyName === policyName);
  if (policy) return policy;
  throw invalidArgument('The callback policy does not exist.', undefined, {
    ArgumentName: 'callbackPolicy',
    ArgumentValue: policyName.slice(0, 200),
  });
}

/** Undefined also for an invalid callback, which is refused when its parameters are read. */
function readPolicyName(callback: string): string | undefined {
  const json = decodeStrictBase64(callback)?.toString('utf8') ?? '';
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null || !('callbackPolicy' in value)) return undefined;
    return typeof value.callbackPolicy === 'string' ? value.callbackPolicy : undefined;
  } catch {
    return undefined;
  }
}
