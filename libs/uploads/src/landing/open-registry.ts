import { createPool } from '#database';
import type { Config, Logger } from '#runtime';
import { registryConnections, UploadRegistry } from './upload-registry.js';

/** A registry with connections of its own. */
export interface OpenRegistry {
  registry: UploadRegistry;
  /** Waits until everything that was accepted is answered, and disconnects. */
  close(): Promise<void>;
}

/** Opens the registry of a process. It connects on first use. */
export function openRegistry(
  { callback, database, worker }: Config<'callback' | 'database' | 'worker'>,
  applicationName: string,
  logger: Logger,
): OpenRegistry {
  const pool = createPool({ ...database, poolSize: registryConnections, applicationName });
  const { batchMax, waitingMax, commitTimeoutMs } = callback;
  const { sweepAfterMs } = worker;
  const registry = new UploadRegistry(pool, { batchMax, waitingMax, commitTimeoutMs, sweepAfterMs }, logger);
  return {
    registry,
    async close() {
      await registry.close();
      await pool.end();
    },
  };
}
