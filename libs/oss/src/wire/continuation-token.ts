/** Writes the opaque token with which ListObjectsV2 continues after `lastKey`. */
export function writeContinuationToken(lastKey: string): string {
  const key = Buffer.from(lastKey);
  const length = key.length < 128 ? [key.length] : [(key.length & 0x7f) | 0x80, key.length >> 7];
  return Buffer.concat([Buffer.from([0x0a, ...length]), key])
    .toString('base64')
    .replaceAll('=', '-');
}

/** Reads a token written by `writeContinuationToken`; undefined if it is not one. */
export function readContinuationToken(token: string): string | undefined {
  const bytes = Buffer.from(token.replaceAll('-', '='), 'base64');
  const twoBytes = (bytes[1] ?? 0) >= 0x80;
  const lastKey = bytes.subarray(twoBytes ? 3 : 2).toString('utf8');
  return writeContinuationToken(lastKey) === token ? lastKey : undefined;
}
