import type { JobPayload } from '#outbox';
import type { Proof } from '../rows/upload.entity.js';

/** The payload of the job that looks at a landing first; what nobody vouches for waits behind what somebody does. */
export function processPayload(uploadId: string, proof: Proof | null): JobPayload<'upload.process'> {
  return { v: 1, uploadId, ...(proof === null ? { urgency: 'unproven' } : {}) };
}
