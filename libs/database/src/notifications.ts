import { type Logger, pause } from '#runtime';
import { Client, escapeIdentifier } from 'pg';
import { connectTimeoutMs } from './data-source.js';

/**
 * Listens on a channel over a separate connection until `signal` aborts, and reconnects if the
 * connection is lost. `onNotify` runs for each notification, and once after each connect, because
 * notifications sent meanwhile are lost.
 */
export async function listenForNotifications(
  url: string,
  channel: string,
  onNotify: () => void,
  options: { signal: AbortSignal; logger: Logger },
): Promise<void> {
  const { signal, logger } = options;
  while (!signal.aborted) {
    const client = new Client({
      connectionString: url,
      application_name: `landfall-listen-${channel}`,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    const over = new AbortController();
    const lost = new Promise<void>((resolve) => {
      client.on('error', () => resolve());
      client.on('end', () => resolve());
      signal.addEventListener('abort', () => resolve(), { once: true, signal: over.signal });
    });
    client.on('notification', onNotify);
    try {
      await client.connect();
      await client.query(`LISTEN ${escapeIdentifier(channel)}`);
      onNotify();
      await lost;
      if (!signal.aborted) logger.warn({ channel }, 'lost the listening connection; reconnecting');
    } catch (error) {
      logger.warn({ channel, err: error }, 'cannot listen; trying again');
    }
    over.abort();
    await client
      .end()
      .catch((error: unknown) => logger.debug({ err: error }, 'cannot close a lost connection'));
    await pause(1_000, signal);
  }
}
