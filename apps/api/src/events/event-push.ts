import type { EventHeaders } from '#oss';
import type { FastifyRequest } from 'fastify';

/** Largest push. A message of SMQ has at most 64 KiB, and a notification in base64 around it. */
export const pushMaxBytes = 262_144;

const eventsPath = '/events/oss';

/** Whether a path is that of events, with or without a trailing secret. */
export function isEventsPath(path: string): boolean {
  return path === eventsPath || path.startsWith(`${eventsPath}/`);
}

/** The headers of a push, each as one text. */
export function headersOf({ headers }: FastifyRequest): EventHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

/** The body of a push as received. */
export function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
