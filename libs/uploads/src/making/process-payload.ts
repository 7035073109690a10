import type { JobPayload } from '#outbox';
import type { Proof } from '../rows/upload.entity.js';

/** The payload of the first job of a landing; unproven landings wait behind proven ones. */
export function processPayload(uploadId: string, proof: Proof | null): JobPayload<'upload.process'> {
  return { v: 1, uploadId, ...(proof === null ? { urgency: 'unproven' } : {}) };
}
