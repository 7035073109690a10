/**
 * explain: shows step by step what OSS signed in a captured callback, with which key, and what
 * probably changed it in transit if the signature is not valid. Pure.
 *
 * Does not belong here: verifying incoming callbacks (oss); files and terminals (the cli). To add a
 * change that a proxy may make, extend `suspects/`.
 */
export { type CapturedCallback, readCapturedCallback } from './captured.js';
export { explainCallback } from './explain-callback.js';
export { describeRefused, recoverDigest } from './refused.js';
export type { ExplainedStep, ExplainSettings } from './step.js';
