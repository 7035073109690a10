import type { Server } from 'node:http';
import { pause } from '#runtime';

/**
 * Keeps serving for `drainMs`, while load balancers learn from the readiness probe that this process is stopping. Every
 * response closes its connection, so clients reconnect elsewhere: closing an idle connection instead could race with a
 * request in flight, which would then fail.
 */
export async function drain(server: Server, drainMs: number): Promise<void> {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  await pause(drainMs);
}
