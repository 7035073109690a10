import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { OssRefusal } from '#oss';
import type { Logger } from '#runtime';
import { commonHeaders, newRequestId, type Exchange } from '../wire/exchange.js';
import { badRequest, refusal } from '../wire/refusals.js';
import { errorDocument } from '../wire/responses.js';
import { writeXml } from '../wire/xml.js';

/** How long a client may take to read the refusal and stop sending. */
const lingerMs = 2_000;

/** The details that Node's HTTP parser adds to an error. */
interface ParserError extends Error {
  readonly code?: string;
  readonly reason?: string;
  readonly rawPacket?: Buffer;
}

/**
 * Refuses and logs a request that Node's HTTP parser cannot read, or that ends or stalls midway.
 * @param latest the last request on this connection, to which the error may belong
 */
export function refuseMalformed(
  error: ParserError,
  socket: Duplex,
  latest: Exchange | undefined,
  logger: Logger,
): void {
  // The client has disconnected, or keeps sending after it was refused.
  if (!socket.writable) return;
  const { incoming, outgoing } = latest ?? {};
  const inBody = incoming?.complete === false;
  const refused = refusalOf(error, inBody);
  const requestId = inBody && latest ? latest.requestId : newRequestId();
  const cause = { parser: error.code, reason: error.reason ?? error.message, line: requestLine(error) };
  logger.warn({ requestId, code: refused.code, ...cause }, 'refused a malformed request');
  if (inBody && outgoing?.headersSent) return void socket.destroy();
  if (!outgoing || inBody || outgoing.writableFinished) return refuseRaw(socket, refused, requestId);
  // The previous request is complete and gets its own response first.
  outgoing.once('close', () => refuseRaw(socket, refused, requestId));
}

/** Writes a refusal directly to the socket when there is no request to answer, and ends the connection. */
export function refuseRaw(socket: Duplex, refused: OssRefusal, requestId = newRequestId()): void {
  if (!socket.writable) return;
  const body = writeXml(errorDocument(refused, { requestId, host: '' }));
  const head = {
    ...commonHeaders({ requestId, startedAtMs: performance.now() }),
    date: new Date().toUTCString(),
    connection: 'close',
    'content-type': 'application/xml',
    'content-length': String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  const status = `HTTP/1.1 ${refused.status} ${STATUS_CODES[refused.status] ?? ''}`;
  // Data that the client still sends is read and discarded: a reset could overtake the response.
  socket.end([status, ...lines, '', body].join('\r\n'));
  const linger = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(linger));
}

function refusalOf({ code, reason }: ParserError, inBody: boolean): OssRefusal {
  if (code === 'HPE_INVALID_EOF_STATE' && inBody) return refusal('IncompleteBody');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusal('RequestTimeout');
  if (code === 'HPE_HEADER_OVERFLOW') return badRequest('The request headers are too large.');
  return badRequest(`The request is not well-formed HTTP: ${reason ?? 'it is incomplete'}.`);
}

/**
 * Start of the request line, if that is where the error is; without the query, which may hold a signature, and never
 * a part of a header or body.
 */
function requestLine({ rawPacket }: ParserError): string | undefined {
  const begin = rawPacket?.subarray(0, 200).toString('latin1') ?? '';
  return /^[A-Z]{3,10} [!-~]*/.exec(begin)?.[0].replace(/\?.*/, '?…');
}
