/**
 * An upper bound for uploads: node:http writes the body to a new file and responds with its MD5. No signature, no
 * CRC, no metadata, no fsync.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const folder = process.env['UPLOAD_DIR'] ?? '';

const server = createServer(async (request, response) => {
  try {
    const md5 = createHash('md5');
    await pipeline(
      request,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          md5.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(join(folder, randomUUID())),
    );
    response.writeHead(200, { etag: `"${md5.digest('hex').toUpperCase()}"`, 'content-length': 0 }).end();
  } catch (error) {
    console.error(error);
    response.destroy();
  }
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${port}` });
});
process.once('disconnect', () => process.exit(0));
