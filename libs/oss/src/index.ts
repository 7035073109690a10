/**
 * oss: the OSS wire protocol as pure functions: callbacks, request signatures, form policies, ETags and checksums.
 *
 * Does not belong here: anything that opens a socket or a file; keys come in as arguments.
 * One more callback field name: `landed-object.ts`. One more signed query name: `signature-v1.ts`.
 * Facts that tests check stand in `../test-data/`.
 */
export * from './base64.js';
export * from './callback-body.js';
export * from './callback-key-url.js';
export * from './callback-parameters.js';
export * from './callback-signature.js';
export * from './callback-template.js';
export * from './continuation-token.js';
export * from './crc64.js';
export * from './etag.js';
export * from './explain-callback.js';
export * from './explain-captured.js';
export * from './explain-refused.js';
export * from './explain-step.js';
export * from './landed-object.js';
export * from './mask-secrets.js';
export * from './oss-refusal.js';
export * from './oss-request.js';
export * from './percent-encoding.js';
export * from './post-form.js';
export * from './post-policy.js';
export * from './presigned-url.js';
export * from './request-verification.js';
export * from './signature-checks.js';
export * from './signature-v1.js';
export * from './signature-v4.js';
