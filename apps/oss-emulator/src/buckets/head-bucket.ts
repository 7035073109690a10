import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { send } from '../wire/responses.js';

/** `HEAD /` on a bucket: whether it exists, and its region. */
export function headBucket(exchange: AddressedExchange, { buckets, region }: EmulatorState): void {
  buckets.get(exchange.bucket);
  send(exchange, 200, { 'x-oss-bucket-region': `oss-${region}` });
}
