/** A request to OSS as signatures cover it: addressed by bucket and key, regardless of its URL. */
export interface OssRequest {
  readonly method: string;
  /** Empty for the service itself (ListBuckets). */
  readonly bucket: string;
  /** Empty for the bucket itself. Decoded. */
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

/** Headers with these names as `name:value` lines, sorted. */
export function headerLines(headers: OssRequest['headers'], wanted: (name: string) => boolean): string {
  return Object.keys(headers)
    .filter((name) => headers[name] !== undefined && wanted(name))
    .sort()
    .map((name) => `${name}:${headers[name]?.trim()}\n`)
    .join('');
}
