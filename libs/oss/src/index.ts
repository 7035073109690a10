/**
 * oss: the OSS wire protocol as pure functions: callbacks, event notifications (also as delivered by SMQ and
 * EventBridge), request signatures, form policies, ETags and checksums; also signed URLs of a CDN in front of a bucket.
 *
 * Does not belong here: anything that opens a socket or a file; keys are passed as arguments. To add a callback field
 * name, see `callback/fields.ts`; a signed query parameter, `signing/signature-v1.ts`. Test vectors are in
 * `../test-data/`.
 */
import './errors.js';

export { readCallbackBody } from './callback/body.js';
export { readKeyUrl } from './callback/key-url.js';
export { type CallbackBodySettings, maxKeyBytes } from './callback/fields.js';
export { type CallbackParameters, readCallbackParameters } from './callback/parameters.js';
export { callbackStringToSign, signCallback, verifyCallbackSignature } from './callback/signature.js';
export { type CallbackBodyType, renderCallbackBody } from './callback/template.js';
export { certHostsOf, readCertUrl } from './events/cert-url.js';
export { readEventMessage } from './events/event-message.js';
export {
  checkEventBridgePush,
  hasEventBridgeToken,
  signEventBridgePush,
  signEventBridgePushV1,
  verifyEventBridgePush,
} from './events/eventbridge-push.js';
export { type EventHeaders, type EventSender, eventSenderOf } from './events/headers.js';
export {
  mnsVersion,
  type QueueMessage,
  readMnsErrorCode,
  readQueueMessages,
  readReceiptHandles,
  signMnsRequest,
  writeMnsError,
  writeQueueMessages,
  writeReceiptHandles,
} from './events/mns-queue.js';
export { readOssEvents } from './events/oss-events.js';
export { checkSmqPush, signSmqPush, smqContentMd5, verifySmqPush } from './events/smq-push.js';
export { signPolicyV1, signPolicyV4, verifyPostForm } from './policy/post-form.js';
export { checkPostConditions, checkPostSize, parsePostPolicy } from './policy/post-policy.js';
export { signCdnUrl } from './signing/cdn-url.js';
export type { OssCredentials, OssRequest } from './signing/oss-request.js';
export { presignUrlV4 } from './signing/presigned-url.js';
export { verifyRequest } from './signing/request-verification.js';
export type { SignatureRules } from './signing/signature-checks.js';
export { signRequestV1, signV1, stringToSignV1 } from './signing/signature-v1.js';
export { canonicalRequestV4, signRequestV4, signV4, stringToSignV4 } from './signing/signature-v4.js';
export { decodeStrictBase64 } from './wire/base64.js';
export { readContinuationToken, writeContinuationToken } from './wire/continuation-token.js';
export { Crc64 } from './wire/crc64.js';
export { joinCrc64 } from './wire/crc64-joined.js';
export { etagOfMd5, etagOfParts, normalizeEtag, quoteEtag } from './wire/etag.js';
export { masked, maskSecrets } from './wire/mask-secrets.js';
export { accessDenied, invalidArgument, OssRefusal, type OssRefusalFacts } from './wire/oss-refusal.js';
export { percentEncode } from './wire/percent-encoding.js';
export { showValue } from './wire/shown-value.js';
