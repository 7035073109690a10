import type { LandedObject } from '#media';
import { isUtf8 } from 'node:buffer';
import { LandfallError } from '#runtime';
import { readFormFields } from './form-fields.js';
import { readJsonFields } from './json-fields.js';
import { type CallbackBodySettings, refuseUnrendered, refuseUnstorable, toLandedObject } from './fields.js';
import { showValue } from '../wire/shown-value.js';

/**
 * Parses a callback body into the landed object. Supports both body types of OSS; fields are named like the system
 * variables or by common aliases (see `fields.ts`).
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
  // In valid UTF-8, NUL and lone surrogates can only be spelled like this. Most bodies contain neither.
  if (text.includes('\0') || text.includes('%00') || text.includes('\\u')) refuseUnstorable(fields);
  // Both form and JSON bodies can escape the `$`; few do.
  if (text.includes('${') || text.includes('%24') || text.includes('\\u')) refuseUnrendered(fields);
  return toLandedObject(fields, settings);
}

function readerOf(contentType: string | undefined): (text: string) => Map<string, string> {
  // Exactly what OSS sends: the hot path needs no parsing.
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
