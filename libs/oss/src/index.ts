/**
 * oss: the OSS wire protocol as pure functions: callbacks, request signatures, form policies, ETags and checksums.
 *
 * Does not belong here: anything that opens a socket or a file; keys come in as arguments.
 * One more callback field name: `landed-object.ts`. One more signed query name: `signature-v1.ts`.
 * Facts that tests check stand in `../test-data/`.
 */
export * from './wire/base64.js';
export * from './callback/body.js';
export * from './callback/key-url.js';
export * from './callback/parameters.js';
export * from './callback/signature.js';
export * from './callback/template.js';
export * from './wire/continuation-token.js';
export * from './wire/crc64.js';
export * from './wire/etag.js';
export * from '../../explain/src/explain-callback.js';
export * from '../../explain/src/captured.js';
export * from '../../explain/src/refused.js';
export * from '../../explain/src/step.js';
export * from './callback/landed-object.js';
export * from './wire/mask-secrets.js';
export * from './wire/oss-refusal.js';
export * from './signing/oss-request.js';
export * from './wire/percent-encoding.js';
export * from './policy/post-form.js';
export * from './policy/post-policy.js';
export * from './signing/presigned-url.js';
export * from './signing/request-verification.js';
export * from './signing/signature-checks.js';
export * from './signing/signature-v1.js';
export * from './signing/signature-v4.js';
