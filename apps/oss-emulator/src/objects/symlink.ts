import { createHash } from 'node:crypto';
import { etagOfMd5, invalidArgument, quoteEtag } from '#oss';
import type { EmulatorState } from '../state/emulator-state.js';
import { checkObjectKey } from '../store/object-key.js';
import { versionHeaders } from '../store/stored-object.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';
import { send } from '../wire/responses.js';
import { findRequested } from '../lookup/find-object.js';
import { readProperties } from '../properties/object-properties.js';
import { withEvents } from '../events/with-events.js';
import { mayReplace } from './put-object.js';

/** `PUT /key?symlink`: the target need not exist. */
export async function putSymlink(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const { headers, objectKey } = exchange;
  const bucket = state.buckets.get(exchange.bucket);
  const symlinkTarget = readTarget(headers['x-oss-symlink-target']);
  const facts = {
    ...readProperties(headers, bucket),
    key: objectKey,
    type: 'Symlink',
    symlinkTarget,
    sizeBytes: 0,
    etag: etagOfMd5(createHash('md5').update(symlinkTarget).digest()),
    crc64: '0',
    contentMd5: null,
  } as const;
  const object = await withEvents(exchange, state, { operation: 'PutSymlink' }, (note) =>
    bucket.objects.putEmpty(facts, { mayReplace: mayReplace(headers), note }),
  );
  send(exchange, 200, { etag: quoteEtag(object.etag), ...versionHeaders(bucket, object) });
}

/** `GET /key?symlink`: the link itself, not its target. */
export function getSymlink(exchange: AddressedExchange, state: EmulatorState): void {
  const bucket = state.buckets.get(exchange.bucket);
  const object = findRequested(exchange, bucket);
  if (object.symlinkTarget === undefined) throw refusal('NotSymlink', { Key: object.key });
  send(exchange, 200, {
    ...object.headers,
    'content-type': object.mimeType,
    etag: quoteEtag(object.etag),
    'last-modified': new Date(object.modifiedAt).toUTCString(),
    'x-oss-symlink-target': encodeURIComponent(object.symlinkTarget),
    ...versionHeaders(bucket, object),
  });
}

/** Decodes the target, which is percent-encoded because headers are limited to ASCII. */
function readTarget(header: string | undefined): string {
  if (header === undefined) throw refusal('MissingArgument', { ArgumentName: 'x-oss-symlink-target' });
  try {
    const target = decodeURIComponent(header);
    checkObjectKey(target);
    return target;
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw invalidArgument('The symlink target is not percent-encoded UTF-8.', undefined, {
      ArgumentName: 'x-oss-symlink-target',
    });
  }
}
