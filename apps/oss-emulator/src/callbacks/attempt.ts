import type { CallbackParameters, OssRefusal } from '#oss';
import type { OutgoingRequest } from '../wire/outgoing-request.js';
import type { CallbackAnswer } from './answer.js';

/** A callback that an upload requested. */
export interface CallbackOrder {
  readonly parameters: CallbackParameters;
  /** The rendered body. */
  readonly body: Buffer;
  readonly bucket: string;
  readonly objectKey: string;
  readonly operation: string;
  /** Id of the upload request. */
  readonly requestId: string;
}

/** One attempt at one callback URL. */
export interface CallbackAttempt {
  readonly request: OutgoingRequest;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** Null if there was no response. */
  readonly answer: CallbackAnswer | null;
  /** Null if it succeeded. */
  readonly failure: OssRefusal | null;
}
