import type { Server } from 'node:http';
import { pause } from '#runtime';

/**
 * Goes on answering for `drainMs`, until whoever routes requests here has learned from the readiness that this process ends.
 * From now on each answer ends its connection, so that its client opens the next one elsewhere: a connection that is closed
 * while it is idle can meet a request that is under way, which then fails.
 */
export async function drain(server: Server, drainMs: number): Promise<void> {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  await pause(drainMs);
}
