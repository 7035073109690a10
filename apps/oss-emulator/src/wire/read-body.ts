import { createHash } from 'node:crypto';
import type { Exchange } from './exchange.js';
import { refusal } from './refusals.js';

/**
 * Reads a small body as text.
 * @throws OssRefusal MalformedXML if it is larger than `maxBytes`, InvalidDigest
 */
export async function readText({ incoming, headers }: Exchange, maxBytes = 4 * 1024 * 1024): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      // The rest is read and dropped, so that the client can read the answer.
      incoming.resume();
      throw refusal('MalformedXML');
    }
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const claimed = headers['content-md5'];
  if (claimed !== undefined && claimed !== createHash('md5').update(body).digest('base64'))
    throw refusal('InvalidDigest');
  return body.toString('utf8');
}
