import { OssRefusal, invalidArgument } from '#oss';
import type { AddressedExchange } from '../wire/exchange.js';
import { readText } from '../wire/read-body.js';

const maxBodyBytes = 64 * 1024;

/**
 * Reads the body of a `PUT` below `/-/`.
 * @param what names the contents in the error message, such as `Faults`
 * @throws OssRefusal UnsupportedMediaType, InvalidArgument, EntityTooLarge
 */
export async function readJsonBody(exchange: AddressedExchange, what: string): Promise<unknown> {
  // A form on a page of another origin cannot send this content type.
  if (!/^application\/json\b/i.test(exchange.headers['content-type'] ?? ''))
    throw new OssRefusal(415, 'UnsupportedMediaType', `${what} must be sent as application/json.`);
  const text = await readText(exchange, maxBodyBytes, 'EntityTooLarge');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidArgument(`${what} must be JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
