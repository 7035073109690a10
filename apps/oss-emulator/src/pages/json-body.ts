import { OssRefusal, invalidArgument } from '#oss';
import type { AddressedExchange } from '../wire/exchange.js';
import { readText } from '../wire/read-body.js';

const maxBodyBytes = 64 * 1024;

/**
 * Reads what a `PUT` below `/-/` puts in place.
 * @param what such as `Faults`, for the message
 * @throws OssRefusal UnsupportedMediaType, InvalidArgument, EntityTooLarge
 */
export async function readJsonBody(exchange: AddressedExchange, what: string): Promise<unknown> {
  // A form of a foreign page cannot have this type.
  if (!/^application\/json\b/i.test(exchange.headers['content-type'] ?? ''))
    throw new OssRefusal(415, 'UnsupportedMediaType', `${what} must be sent as application/json.`);
  const text = await readText(exchange, maxBodyBytes, 'EntityTooLarge');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidArgument(`${what} must be JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
