import { OssRefusal, invalidArgument } from '#oss';
import type { Exchange } from '../wire/exchange.js';
import { send } from '../wire/responses.js';

/** `OPTIONS`: the emulator allows every origin, method and header. */
export function answerPreflight(exchange: Exchange): void {
  const { headers } = exchange;
  if (!headers['origin']) throw invalidArgument('Insufficient information. Origin request header needed.');
  const method = headers['access-control-request-method'];
  if (!method)
    throw new OssRefusal(403, 'AccessForbidden', 'CORSResponse: This CORS request is not allowed.');
  send(exchange, 200, {
    'access-control-allow-methods': 'GET, PUT, POST, DELETE, HEAD',
    'access-control-allow-headers': headers['access-control-request-headers'] ?? '*',
    'access-control-max-age': '600',
  });
}
