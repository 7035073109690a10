import type { CallbackParameters, OssRefusal } from '#oss';
import type { CallbackAnswer } from './answer.js';

/** A callback that an upload asked for. */
export interface CallbackOrder {
  readonly parameters: CallbackParameters;
  /** The rendered body. */
  readonly body: Buffer;
  readonly bucket: string;
  readonly objectKey: string;
  readonly operation: string;
  /** Id of the upload's request. */
  readonly requestId: string;
}

/** A callback as it goes to one of the URLs. */
export interface CallbackRequest {
  readonly url: string;
  readonly method: 'POST';
  /** Path and query, as written in the URL: the parser would normalise what the signature covers. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One URL that was tried. */
export interface CallbackAttempt {
  readonly request: CallbackRequest;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** Null when there was none. */
  readonly answer: CallbackAnswer | null;
  /** Null when it succeeded. */
  readonly failure: OssRefusal | null;
}
