import { createHash } from 'node:crypto';
import type { Exchange } from './exchange.js';
import { refusal } from './refusals.js';

/**
 * Reads a small body as text.
 * @throws OssRefusal `tooLarge` if it is larger than `maxBytes`, InvalidDigest
 */
export async function readText(
  { incoming, headers }: Exchange,
  maxBytes = 4 * 1024 * 1024,
  tooLarge: 'MalformedXML' | 'EntityTooLarge' = 'MalformedXML',
): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      // The rest is read and discarded so that the client gets to read the response.
      incoming.resume();
      throw refusal(tooLarge);
    }
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const claimed = headers['content-md5'];
  if (claimed !== undefined && claimed !== createHash('md5').update(bytes).digest('base64'))
    throw refusal('InvalidDigest');
  return bytes.toString('utf8');
}
