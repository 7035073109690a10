import type { IssueTokenData, IssueTokenResponse } from '../generated/types.js';
import type { CallOptions, Transport } from '../http/transport.js';
import { operations } from '../operations.js';

export type TokenRequest = IssueTokenData['body'];
export type IssuedToken = IssueTokenResponse;

/** Short-lived tokens for pages, which must never have the API key. */
export class Tokens {
  constructor(private readonly transport: Transport) {}

  /** Issues a token for the uploads, tickets or vars named in the request. */
  issue(request: TokenRequest, options?: CallOptions): Promise<IssuedToken> {
    return this.transport.call(operations.issueToken, { body: request }, options);
  }
}
