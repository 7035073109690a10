import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { readLimit } from '../wire/paging.js';
import { sendXml } from '../wire/responses.js';

/** `GET /?live`: there are none, as none can be made. oss2's own suite asks before it deletes a bucket. */
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
