import { invalidArgument, quoteEtag } from '#oss';
import type { Bucket } from '../store/buckets.js';
import { meetsConditions } from '../wire/conditions.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { findObject } from './get-object.js';
import { checkOverwrite, storeFile } from './put-object.js';
import { readProperties } from './object-properties.js';
import { receiveFile } from '../store/received-file.js';
import { send, sendXml } from '../wire/responses.js';
import { contentHeaders, type StoredObject } from '../store/stored-object.js';

/** `PUT /key` with header `x-oss-copy-source` */
export async function copyObject(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const { headers, objectKey } = exchange;
  const target = state.buckets.get(exchange.bucket);
  const [sourceBucket, source] = findSource(headers['x-oss-copy-source'] ?? '', state);
  if (!meetsConditions(headers, source, 'x-oss-copy-source-')) return send(exchange, 304);
  checkOverwrite(target, objectKey, headers);
  const isSame = sourceBucket === target && source.key === objectKey;
  const replaces = isSame || headers['x-oss-metadata-directive'] === 'REPLACE';
  const bytes = await sourceBucket.objects.open(source);
  if (!bytes) return copyObject(exchange, state);
  const file = await receiveFile(bytes.createReadStream(), state.buckets.incoming);
  const object = await storeFile(target, file, headers, {
    ...source,
    ...(replaces && readProperties(headers, target)),
    key: objectKey,
  });
  sendXml(
    exchange,
    200,
    [
      'CopyObjectResult',
      [
        ['ETag', quoteEtag(object.etag)],
        ['LastModified', object.modifiedAt],
      ],
    ],
    contentHeaders(object),
  );
}

function findSource(header: string, { buckets }: EmulatorState): [Bucket, StoredObject] {
  const [, bucketName, key] = /^\/?([^/]+)\/(.+)$/s.exec(decode(header)) ?? [];
  if (!bucketName || !key)
    throw invalidArgument('Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.');
  const bucket = buckets.get(bucketName);
  return [bucket, findObject(bucket, key)];
}

function decode(text: string): string {
  try {
    // `+` is a space, as in paths.
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return '';
  }
}
