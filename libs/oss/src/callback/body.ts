import type { LandedObject } from '#media';
import { isUtf8 } from 'node:buffer';
import { LandfallError } from '#runtime';
import { readFormFields } from './form-fields.js';
import { readJsonFields } from './json-fields.js';
import {
  type CallbackBodySettings,
  refuseUnrendered,
  refuseUnstorable,
  toLandedObject,
} from './landed-object.js';
import { showValue } from '../wire/shown-value.js';

/**
 * Turns the body of a callback into the object that landed. Both body types of OSS are read; the names of the fields are
 * those of the system variables or common others (see `landed-object.ts`).
 * @throws LandfallError callback.body_type_unsupported, body_malformed, field_missing, field_invalid, field_duplicated,
 * placeholder_unrendered
 */
export function readCallbackBody(
  contentType: string | undefined,
  body: Buffer,
  settings?: CallbackBodySettings,
): LandedObject {
  const readFields = readerOf(contentType);
  if (!isUtf8(body)) throw new LandfallError('callback.body_malformed', 'the body is not UTF-8');
  const text = body.toString('utf8');
  const fields = readFields(text);
  // The only spellings that decoding UTF-8 leaves for NUL and lone surrogates. Most bodies have none of them.
  if (text.includes('\0') || text.includes('%00') || text.includes('\\u')) refuseUnstorable(fields);
  // Form and JSON can both write the `$` in other ways; few bodies have any of them.
  if (text.includes('${') || text.includes('%24') || text.includes('\\u')) refuseUnrendered(fields);
  return toLandedObject(fields, settings);
}

function readerOf(contentType: string | undefined): (text: string) => Map<string, string> {
  // What OSS sends, spelled out: the hot path needs no parsing.
  if (contentType === 'application/x-www-form-urlencoded') return readFormFields;
  if (contentType === 'application/json') return readJsonFields;
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'application/x-www-form-urlencoded') return readFormFields;
  if (mediaType === 'application/json') return readJsonFields;
  throw new LandfallError(
    'callback.body_type_unsupported',
    contentType === undefined ? 'header content-type is missing' : `got ${showValue(contentType)}`,
  );
}
