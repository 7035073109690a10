/** A request to OSS as covered by signatures: addressed by bucket and key, regardless of its URL. */
export interface OssRequest {
  readonly method: string;
  /** Empty for service requests (ListBuckets). */
  readonly bucket: string;
  /** Decoded; empty for bucket requests. */
  readonly objectKey: string;
  /** Decoded names and values; a name without a value has an empty value. */
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The keys of one account. */
export interface OssCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** STS token, if the key is temporary. */
  readonly securityToken?: string | undefined;
}

/** `/bucket/key`, `/bucket/` or `/`, not encoded: the same for every addressing style. */
export function resourceOf({ bucket, objectKey }: Pick<OssRequest, 'bucket' | 'objectKey'>): string {
  return bucket ? `/${bucket}/${objectKey}` : '/';
}

/** Selected headers as sorted `name:value` lines. */
export function headerLines(headers: OssRequest['headers'], wanted: (name: string) => boolean): string {
  return Object.keys(headers)
    .filter((name) => headers[name] !== undefined && wanted(name))
    .sort()
    .map((name) => `${name}:${headers[name]?.trim()}\n`)
    .join('');
}
