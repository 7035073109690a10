/** An SMQ error response: status, code and message. */
export class MnsRefusal extends Error {
  override readonly name = 'MnsRefusal';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
