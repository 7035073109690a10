import type { LandedObject } from '#media';
import { LandfallError } from '#runtime';
import { showValue } from '../wire/shown-value.js';

/** Maximum length of an object key in UTF-8 bytes, and maximum object size: 10,000 parts of 5 GiB (48.8 TiB). */
export const maxKeyBytes = 1023;
export const maxObjectBytes = 10_000 * 5 * 1024 ** 3;

/** Field names used by existing callback templates. The first one present is used; the others become vars. */
const aliases = {
  bucket: ['bucket'],
  object: ['object', 'objectKey', 'key', 'path', 'filename'],
  etag: ['etag', 'eTag'],
  size: ['size', 'fileSize', 'sizeBytes'],
  mimeType: ['mimeType', 'contentType'],
  width: ['imageInfo.width', 'width'],
  height: ['imageInfo.height', 'height'],
  format: ['imageInfo.format'],
} as const;
type CallbackField = keyof typeof aliases;

/** Settings for reading callback bodies. */
export interface CallbackBodySettings {
  /** The bucket if the template omits it. */
  readonly defaultBucket?: string | undefined;
  /** Field names of custom templates, tried before the aliases. */
  readonly fieldNames?: Readonly<Partial<Record<CallbackField, string>>>;
}

const noOwnNames: NonNullable<CallbackBodySettings['fieldNames']> = {};

/** System variables that are empty if they do not apply; empty ones are dropped from the vars. */
const emptyMeansAbsent = new Set([
  'reqId',
  'operation',
  'clientIp',
  'crc64',
  'contentMd5',
  'vpcId',
  'imageInfo',
]);

/**
 * Converts the fields of a callback body to a landed object. Requires the object, and the bucket unless there is a
 * default.
 * @throws LandfallError callback.field_missing, callback.field_invalid, callback.field_duplicated
 */
export function toLandedObject(
  fields: ReadonlyMap<string, string>,
  { defaultBucket, fieldNames = noOwnNames }: CallbackBodySettings = {},
): LandedObject {
  const taken: string[] = [];
  const take = (field: CallbackField) => takeField(fields, field, fieldNames[field], taken);
  const etag = take('etag');
  const size = take('size');
  return {
    bucket: take('bucket') || defaultBucket || refuseMissing('bucket'),
    objectKey: readKey(take('object') || refuseMissing('object')),
    etag: etag ? readEtag(etag) : null,
    sizeBytes: size ? readWhole('size', size, maxObjectBytes) : null,
    mimeType: take('mimeType') || null,
    imageInfo: readImageInfo(take('width'), take('height'), take('format')),
    vars: readVars(fields, taken),
  };
}

/**
 * Refuses what UTF-8 or a Postgres text cannot store: NUL and lone surrogates.
 * @throws LandfallError callback.field_invalid
 */
export function refuseUnstorable(fields: ReadonlyMap<string, string>): void {
  for (const [name, value] of fields) {
    if (name.includes('\0') || value.includes('\0')) throw invalid(name, value, 'must not contain NUL');
    if (!name.isWellFormed() || !value.isWellFormed())
      throw invalid(name, value, 'must be well-formed Unicode');
  }
}

/** A placeholder known to OSS, in any case, plain or percent-encoded. */
const placeholder =
  /^(?:\$|%24)(?:\{|%7B)(?:x(?::|%3A)[^}]{1,100}|bucket|object|etag|size|mimeType|imageInfo\.\w{1,20}|crc64|contentMd5|vpcId|clientIp|reqId|operation)(?:\}|%7D)$/i;

/**
 * Refuses a body with an unrendered OSS placeholder as a field value. A value that merely contains a placeholder, or is
 * one unknown to OSS, is legitimate: `a${b}.jpg` is a legal key.
 * @throws LandfallError callback.placeholder_unrendered
 */
export function refuseUnrendered(fields: ReadonlyMap<string, string>): void {
  for (const [name, value] of fields) {
    if (!placeholder.test(value)) continue;
    throw new LandfallError(
      'callback.placeholder_unrendered',
      `${showValue(name)} is ${showValue(value)}: callbackBody was percent-encoded or escaped before its base64 encoding, or OSS does not know this name (names are case-sensitive); send the template as plain text, with unchanged placeholders`,
    );
  }
}

/** Returns the value of the first name present and adds that name to `taken`. */
function takeField(
  fields: ReadonlyMap<string, string>,
  field: CallbackField,
  ownName: string | undefined,
  taken: string[],
): string | undefined {
  for (const name of ownName === undefined ? aliases[field] : [ownName, ...aliases[field]]) {
    const value = fields.get(name);
    if (value !== undefined && !taken.includes(name)) {
      taken.push(name);
      return value;
    }
  }
  return undefined;
}

function refuseMissing(field: CallbackField): never {
  throw new LandfallError(
    'callback.field_missing',
    `${field} (known as ${aliases[field].join(', ')}) is missing or empty; add it to the callbackBody template`,
  );
}

function readKey(key: string): string {
  // A UTF-16 unit takes at most three bytes in UTF-8, so short keys need no counting.
  if (key.length * 3 > maxKeyBytes && Buffer.byteLength(key) > maxKeyBytes)
    throw invalid('object', key, `must have at most ${maxKeyBytes} bytes of UTF-8`);
  return key;
}

function readEtag(value: string): string {
  const etag = /^"?([\x21\x23-\x7e]{1,128})"?$/.exec(value)?.[1];
  if (!etag) throw invalid('etag', value, 'must be an ETag such as 5EB63BBBE01EEED093CB22BB8F5ACDC3');
  return etag.toUpperCase();
}

function readWhole(name: string, value: string, max: number): number {
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number <= max)) throw invalid(name, value, `must be an integer from 0 to ${max}`);
  return number;
}

function readImageInfo(
  width: string | undefined,
  height: string | undefined,
  format: string | undefined,
): LandedObject['imageInfo'] {
  if (!width && !height && !format) return null;
  return { width: readPixels('width', width), height: readPixels('height', height), format: format || null };
}

function readPixels(name: 'width' | 'height', value: string | undefined): number | null {
  return value ? readWhole(name, value, 2 ** 31 - 1) : null;
}

const ownValue = { enumerable: true, configurable: true, writable: true } as const;

function readVars(fields: ReadonlyMap<string, string>, taken: readonly string[]): Record<string, string> {
  const vars: Record<string, string> = {};
  for (const [field, value] of fields) {
    if (taken.includes(field)) continue;
    if (value === '' && emptyMeansAbsent.has(field)) continue;
    const name = field.startsWith('x:') ? field.slice(2) : field;
    if (name === '') throw invalid(field, value, 'must have a variable name after x:');
    if (Object.hasOwn(vars, name)) throw new LandfallError('callback.field_duplicated', showValue(name));
    // Assigning to __proto__ would not create a property of that name.
    if (name === '__proto__') Object.defineProperty(vars, name, { ...ownValue, value });
    else vars[name] = value;
  }
  return vars;
}

function invalid(name: string, value: string, rule: string): LandfallError {
  return new LandfallError('callback.field_invalid', `${showValue(name)} is ${showValue(value)}; it ${rule}`);
}
