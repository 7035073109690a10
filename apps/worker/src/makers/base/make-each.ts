import { LandfallError } from '#runtime';
import { failVersion } from '#uploads';
import type { Making, Part } from './making.js';

/**
 * Makes one part after the other. A part that can never be made ends as failed with its reason, and the others are made; what
 * may pass is thrown, for the job to be tried again.
 */
export async function makeEach({ worker, context }: Making, parts: readonly Part[]): Promise<void> {
  const { signal, logger } = context;
  for (const { renditions, make } of parts) {
    try {
      await make();
    } catch (error) {
      if (signal.aborted || !(error instanceof LandfallError) || error.retryable) throw error;
      const names = renditions.map(({ name }) => name);
      logger.warn({ code: error.code, err: error, names }, 'renditions failed');
      for (const version of renditions) await failVersion(worker.source, version, error);
    }
  }
}
