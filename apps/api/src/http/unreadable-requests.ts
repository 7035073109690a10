import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import type { AnswerHeaders } from './response-headers.js';

const statusByCode: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/**
 * Creates a handler that answers on the bare socket when no request can be parsed: invalid HTTP, timeouts, oversized headers.
 * Responses have the usual headers and no body. For Fastify's option `clientErrorHandler`.
 */
export function answerUnreadable(always: AnswerHeaders): (error: ConnectionError, socket: Socket) => void {
  const headers = { ...always, 'content-length': '0', connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const status = statusByCode[error.code] ?? 400;
    if (socket.writable) socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`);
    socket.destroy(error);
  };
}
