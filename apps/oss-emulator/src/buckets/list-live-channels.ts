import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { readLimit } from '../wire/paging.js';
import { sendXml } from '../wire/responses.js';

/**
 * `GET /?live`: always empty, since none can be created. The test suite of oss2 calls it before it deletes a bucket.
 */
export function listLiveChannels(exchange: AddressedExchange, { buckets }: EmulatorState): void {
  const { query } = exchange;
  buckets.get(exchange.bucket);
  sendXml(exchange, 200, [
    'ListLiveChannelResult',
    [
      ['Prefix', query['prefix'] ?? ''],
      ['Marker', query['marker'] ?? ''],
      ['MaxKeys', readLimit(query, 'max-keys', 100)],
      ['IsTruncated', false],
      ['NextMarker', ''],
    ],
  ]);
}
