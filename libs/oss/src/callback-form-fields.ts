import { LandfallError } from '#runtime';
import { showValue } from './shown-value.js';

/**
 * Reads an `application/x-www-form-urlencoded` body, with `%20` and `+` as spaces, in the order given.
 * @throws LandfallError callback.body_malformed, callback.field_duplicated
 */
export function readFormFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('&', start);
    const end = found < 0 ? text.length : found;
    if (end > start) addPair(fields, text.slice(start, end));
    start = end + 1;
  }
  return fields;
}

function addPair(fields: Map<string, string>, pair: string): void {
  const equalsAt = pair.indexOf('=');
  const name = decode(equalsAt < 0 ? pair : pair.slice(0, equalsAt), pair);
  if (name === '') throw new LandfallError('callback.body_malformed', `${showValue(pair)} has no field name`);
  if (fields.has(name)) throw new LandfallError('callback.field_duplicated', showValue(name));
  fields.set(name, equalsAt < 0 ? '' : decode(pair.slice(equalsAt + 1), pair));
}

function decode(text: string, pair: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (cause) {
    throw new LandfallError('callback.body_malformed', `${showValue(pair)} is not percent-encoded UTF-8`, {
      cause,
    });
  }
}
