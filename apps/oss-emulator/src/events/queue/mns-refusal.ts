/** A refusal of SMQ: its code, status and message. */
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
