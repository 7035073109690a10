import type { CallbackParameters, OssRefusal } from '#oss';
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

/** A callback as sent to one of the URLs. */
export interface CallbackRequest {
  readonly url: string;
  readonly method: 'POST';
  /**
   * Path and query, as written in the URL, because the parser would normalise what the signature
   * covers.
   */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One attempt with one URL. */
export interface CallbackAttempt {
  readonly request: CallbackRequest;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** Null if there was none. */
  readonly answer: CallbackAnswer | null;
  /** Null if it succeeded. */
  readonly failure: OssRefusal | null;
}
