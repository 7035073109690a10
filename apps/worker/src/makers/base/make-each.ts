import { LandfallError } from '#runtime';
import { inSpan } from '#tracing';
import { failVersion } from '#uploads';
import type { Making, Part } from './making.js';

/**
 * Makes one part after another. A permanent error fails the renditions of its part, and the next part is made; any other
 * error is thrown, and the job is retried.
 */
export async function makeEach({ worker, context }: Making, parts: readonly Part[]): Promise<void> {
  const { signal, logger } = context;
  for (const { renditions, make } of parts) {
    const names = renditions.map(({ name }) => name);
    try {
      await inSpan(makeSpan(renditions), make);
    } catch (error) {
      if (signal.aborted || !(error instanceof LandfallError) || error.retryable) throw error;
      logger.warn({ code: error.code, err: error, names }, 'renditions failed');
      for (const version of renditions) await failVersion(worker.source, version, error);
    }
  }
}

const makeSpan = (renditions: Part['renditions']) => ({
  name: 'make',
  facts: {
    'landfall.rendition.name': renditions.map(({ name }) => name).join(', '),
    'landfall.rendition.kind': [...new Set(renditions.map(({ kind }) => kind))].join(', '),
  },
});
