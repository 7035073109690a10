/** Further elements of OSS's error XML, such as `ArgumentName`. */
export type OssRefusalFacts = Readonly<Record<string, string>>;

/** An error response of OSS with the contents of its error XML. Thrown by the server-side protocol functions. */
export class OssRefusal extends Error {
  override readonly name = 'OssRefusal';

  /** OSS's detailed error code (EC), such as 0002-00000040; undefined if unknown. */
  readonly ec: string | undefined;
  readonly facts: OssRefusalFacts;

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    { ec, facts = {} }: { ec?: string | undefined; facts?: OssRefusalFacts | undefined } = {},
  ) {
    super(message);
    this.ec = ec;
    this.facts = facts;
  }
}

/** 400 InvalidArgument. */
export function invalidArgument(message: string, ec?: string, facts?: OssRefusalFacts): OssRefusal {
  return new OssRefusal(400, 'InvalidArgument', message, { ec, facts });
}

/** 403 AccessDenied. */
export function accessDenied(message: string, ec?: string): OssRefusal {
  return new OssRefusal(403, 'AccessDenied', message, { ec });
}
