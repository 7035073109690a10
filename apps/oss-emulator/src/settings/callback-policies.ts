import { OssRefusal } from '#oss';
import { callbackPolicyRoot, callbackPolicySetting, readPolicies } from '../callbacks/named-policy.js';
import { settingOperations } from './stored-setting.js';

/** `GET`, `PUT` and `DELETE` of `?policy&comp=callback`. */
export const callbackPolicy = settingOperations({
  name: callbackPolicySetting,
  root: callbackPolicyRoot,
  check: readPolicies,
  unset: () =>
    new OssRefusal(404, 'BucketCallbackPolicyNotExist', 'The bucket callback policy does not exist.'),
});
