import type { JobContext } from '#jobs';
import { LandfallError } from '#runtime';
import { failVersion, type RenditionVersion } from '#uploads';
import type { WorkerContext } from '../worker-context.js';

/**
 * Makes one part of what is pending after the other. A part that can never be made ends as failed with its reason, and the
 * others are made; what may pass is thrown, for the job to be tried again.
 */
export async function makeEach(
  { source }: WorkerContext,
  parts: readonly (readonly RenditionVersion[])[],
  { signal, logger }: JobContext,
  make: (part: readonly RenditionVersion[]) => Promise<void>,
): Promise<void> {
  for (const part of parts) {
    try {
      await make(part);
    } catch (error) {
      if (signal.aborted || !(error instanceof LandfallError) || error.retryable) throw error;
      const names = part.map(({ name }) => name);
      logger.warn({ code: error.code, err: error, names }, 'renditions failed');
      for (const version of part) await failVersion(source, version, error);
    }
  }
}
