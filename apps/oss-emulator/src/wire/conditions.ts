import { normalizeEtag } from '#oss';
import { refusal } from './refusals.js';

/**
 * Checks the conditional headers of a read or, with another prefix, of the source of a copy.
 * @returns whether to send the object; false means 304
 * @throws OssRefusal PreconditionFailed
 */
export function meetsConditions(
  headers: Readonly<Record<string, string | undefined>>,
  { etag, modifiedAt }: { readonly etag: string; readonly modifiedAt: string },
  prefix = '',
): boolean {
  const matches = (value: string) => value.split(',').some((one) => ['*', etag].includes(normalizeEtag(one)));
  const modifiedS = Math.floor(Date.parse(modifiedAt) / 1000);
  const newerThan = (value: string) => modifiedS > Math.floor(Date.parse(value) / 1000);
  const ifMatch = headers[`${prefix}if-match`];
  const ifUnmodified = headers[`${prefix}if-unmodified-since`];
  const ifNoneMatch = headers[`${prefix}if-none-match`];
  const ifModified = headers[`${prefix}if-modified-since`];
  if (ifMatch !== undefined && !matches(ifMatch))
    throw refusal('PreconditionFailed', { Condition: 'If-Match' });
  if (ifUnmodified !== undefined && newerThan(ifUnmodified))
    throw refusal('PreconditionFailed', { Condition: 'If-Unmodified-Since' });
  if (ifNoneMatch !== undefined) return !matches(ifNoneMatch);
  return ifModified === undefined || Number.isNaN(Date.parse(ifModified)) || newerThan(ifModified);
}
