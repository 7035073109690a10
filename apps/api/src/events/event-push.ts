import type { EventHeaders } from '#oss';
import type { FastifyRequest } from 'fastify';

/** Body limit of a push: an SMQ message has at most 64 KiB, and arrives base64-encoded inside a notification. */
export const pushMaxBytes = 262_144;

const eventsPath = '/events/oss';

/** Whether a path is that of event pushes, with or without a trailing secret. */
export function isEventsPath(path: string): boolean {
  return path === eventsPath || path.startsWith(`${eventsPath}/`);
}

/** Returns the headers of a push; repeated ones are joined with a comma. */
export function headersOf({ headers }: FastifyRequest): EventHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

/** Returns the raw body of a push. */
export function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
