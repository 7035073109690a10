import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import type { AnswerHeaders } from './response-headers.js';

const statusByCode: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/**
 * Answers what never becomes a request: what is no HTTP, comes too slowly or has too many headers. With the headers of every
 * answer and no body, on the bare socket. For Fastify's option `clientErrorHandler`.
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
