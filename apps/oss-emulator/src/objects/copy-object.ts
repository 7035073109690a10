import { invalidArgument, quoteEtag } from '#oss';
import type { EmulatorState } from '../state/emulator-state.js';
import type { Bucket } from '../store/buckets.js';
import type { WriteWish } from '../store/object-change.js';
import { uploadHeaders, type ObjectProperties, type StoredObject } from '../store/stored-object.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { sendXml } from '../wire/responses.js';
import { findCopySource, receiveCopy, sourceHeaders, type CopySource } from '../lookup/copy-source.js';
import { checkReadable } from '../lookup/find-object.js';
import { readProperties } from '../properties/object-properties.js';
import { withEvents } from '../events/with-events.js';
import { checkOverwrite, mayReplace, storeFile } from './put-object.js';
import { xmlDate } from '../wire/xml-date.js';

/** `PUT /key` with header `x-oss-copy-source` */
export async function copyObject(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const target = state.buckets.get(exchange.bucket);
  const source = findCopySource(exchange, state);
  checkOverwrite(target, exchange.objectKey, exchange.headers);
  const object = await withEvents(exchange, state, { operation: 'CopyObject' }, (note) =>
    makeCopy(exchange, state, source, { target, mayReplace: mayReplace(exchange.headers), note }),
  );
  // The source was replaced after it was looked up.
  if (!object) return copyObject(exchange, state);
  sendXml(
    exchange,
    200,
    [
      'CopyObjectResult',
      [
        ['ETag', quoteEtag(object.etag)],
        ['LastModified', xmlDate(object.modifiedAt)],
      ],
    ],
    { ...uploadHeaders(target, object), ...sourceHeaders(source) },
  );
}

/** Copies a symlink as a symlink and anything else as a normal object. */
async function makeCopy(
  { headers, objectKey }: AddressedExchange,
  state: EmulatorState,
  source: CopySource,
  { target, ...wish }: WriteWish & { readonly target: Bucket },
): Promise<StoredObject | undefined> {
  const { object } = source;
  const isItself = source.bucket.name === target.name && object.key === objectKey && !source.isVersion;
  const facts = { ...copiedProperties(headers, object, target, isItself), key: objectKey };
  if (object.symlinkTarget !== undefined) {
    const { etag, crc64, symlinkTarget } = object;
    const link = { sizeBytes: 0, etag, crc64, contentMd5: null, type: 'Symlink', symlinkTarget } as const;
    return target.objects.putEmpty({ ...facts, ...link }, wish);
  }
  checkReadable(object);
  const file = await receiveCopy(source.bucket.objects, object, state);
  return file && storeFile(target, file, facts, wish);
}

/**
 * Headers and tags are copied from the source unless a directive says otherwise; ACL, storage class and encryption
 * are never copied. A copy of an object onto itself always replaces the headers, since it would otherwise have no
 * effect.
 */
function copiedProperties(
  headers: AddressedExchange['headers'],
  source: StoredObject,
  target: Bucket,
  isItself: boolean,
): ObjectProperties {
  const given = readProperties(headers, target);
  const replaces = readDirective(headers, 'x-oss-metadata-directive') || isItself;
  return {
    acl: given.acl,
    storageClass: given.storageClass,
    encryption: given.encryption,
    mimeType: (replaces && headers['content-type']) || source.mimeType,
    headers: replaces ? given.headers : source.headers,
    tags: readDirective(headers, 'x-oss-tagging-directive') ? given.tags : source.tags,
  };
}

/**
 * Whether the values in the request replace those of the source.
 * @throws OssRefusal InvalidArgument
 */
function readDirective(headers: AddressedExchange['headers'], name: string): boolean {
  const value = headers[name] ?? 'COPY';
  const directive = value.toUpperCase();
  if (directive === 'COPY' || directive === 'REPLACE') return directive === 'REPLACE';
  throw invalidArgument(`The value of ${name} must be COPY or REPLACE.`, undefined, {
    ArgumentName: name,
    ArgumentValue: value,
  });
}
