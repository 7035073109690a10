import { LandfallError } from '#runtime';
import { showValue } from '../wire/shown-value.js';

/**
 * Reads an `application/x-www-form-urlencoded` body in the order received; `%20` and `+` are spaces.
 * @throws LandfallError callback.body_malformed, callback.field_duplicated
 */
export function readFormFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('&', start);
    const end = found < 0 ? text.length : found;
    if (end > start) addPair(fields, text, start, end);
    start = end + 1;
  }
  return fields;
}

function addPair(fields: Map<string, string>, text: string, start: number, end: number): void {
  const equalsAt = text.indexOf('=', start);
  const nameEnd = equalsAt < 0 || equalsAt > end ? end : equalsAt;
  const written = text.slice(start, nameEnd);
  const name = decode(written, written);
  if (name === '') throw new LandfallError('callback.body_malformed', 'a value has no field name');
  if (fields.has(name)) throw new LandfallError('callback.field_duplicated', showValue(name));
  fields.set(name, decode(text.slice(nameEnd + 1, end), name));
}

/** @param name field name for the error message; the value may be a secret */
function decode(text: string, name: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (cause) {
    throw new LandfallError(
      'callback.body_malformed',
      `field ${showValue(name)} is not percent-encoded UTF-8`,
      { cause },
    );
  }
}
