import { LandfallError } from '#runtime';
import { showValue } from '../wire/shown-value.js';

/**
 * Reads an `application/json` body: one object of strings, numbers, booleans and nulls (read as empty). Only
 * `imageInfo` may contain an object; its members become `imageInfo.<name>`.
 * @throws LandfallError callback.body_malformed, callback.field_duplicated, callback.field_invalid
 */
export function readJsonFields(text: string): Map<string, string> {
  const members = parseObject(text);
  refuseDuplicateNames(text);
  const fields = collectFields(members);
  // If numbers were lossy, parses again with a reviver; only now, because a reviver recurses and deep nesting is ruled
  // out.
  return hasLossy(members) ? collectFields(JSON.parse(text, keepDigits as Reviver) as object) : fields;
}

function parseObject(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Omits the body and the parser's message, which quotes it: it may contain a secret, and no field name is known to
    // mask it by.
    throw new LandfallError('callback.body_malformed', 'the body is not JSON');
  }
  if (!isObject(value)) throw new LandfallError('callback.body_malformed', 'the body is not a JSON object');
  return value;
}

function collectFields(members: object): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(members)) {
    if (name === 'imageInfo' && isObject(value)) {
      for (const [part, inner] of Object.entries(value)) addField(fields, `imageInfo.${part}`, inner);
    } else addField(fields, name, value);
  }
  return fields;
}

function addField(fields: Map<string, string>, name: string, value: unknown): void {
  if (fields.has(name)) throw new LandfallError('callback.field_duplicated', showValue(name));
  if (typeof value === 'object' && value !== null)
    throw new LandfallError(
      'callback.field_invalid',
      `${showValue(name)} is ${Array.isArray(value) ? 'a list' : 'an object'}; it must be a string or a number`,
    );
  fields.set(name, String(value ?? ''));
}

type Reviver = (name: string, value: unknown) => unknown;

/** Keeps the digits as sent if a double cannot represent the number exactly (an unquoted crc64). */
function keepDigits(_: string, value: unknown, { source }: { source?: string }): unknown {
  return isLossy(value) ? source : value;
}

function hasLossy(value: unknown): boolean {
  return isObject(value) ? Object.values(value).some(hasLossy) : isLossy(value);
}

function isLossy(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

const stringOrBrace = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}]/g;

/** Refuses duplicate names, of which `JSON.parse` silently keeps the last. `text` is valid JSON. */
function refuseDuplicateNames(text: string): void {
  const open: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(stringOrBrace)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const written = token.slice(0, -colon.length);
      // Escapes can spell the same name in different ways.
      const name = written.includes('\\') ? JSON.stringify(JSON.parse(written)) : written;
      const names = open.at(-1);
      if (names?.has(name)) throw new LandfallError('callback.field_duplicated', written);
      names?.add(name);
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
