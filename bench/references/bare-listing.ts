/** Lists a bucket page by page and only counts the keys: an upper bound for anything that lists. */
import { signRequestV4 } from '#oss';

interface Listing {
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

async function countKeys({ endpoint, bucket, prefix, ...credentials }: Listing): Promise<number> {
  let keys = 0;
  for (let token = ''; ;) {
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      'max-keys': '1000',
      ...(prefix && { prefix }),
      ...(token && { 'continuation-token': token }),
    };
    const asked = { method: 'GET', bucket, objectKey: '', query, headers: {} };
    const headers = signRequestV4(asked, credentials, 'cn-hangzhou');
    const answer = await fetch(`${endpoint}/${bucket}/?${new URLSearchParams(query)}`, { headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    keys += text.split('<Key>').length - 1;
    token = /<NextContinuationToken>([^<]*)</.exec(text)?.[1] ?? '';
    if (!token) return keys;
  }
}

process.on('message', async (listing: Listing) => {
  const startedAt = performance.now();
  const keys = await countKeys(listing);
  process.send?.({ keys, ms: performance.now() - startedAt });
});
process.once('disconnect', () => process.exit(0));
process.send?.({ type: 'ready' });
