import type { Logger } from '#runtime';
import { readSpec } from '#pipelines';
import type { Kind, RenditionSpec } from '#media';
import type { MakingJob } from '#outbox';
import { isLandfallError } from '#runtime';
import { failVersion, pendingVersions, type RenditionVersion, type Upload } from '#uploads';
import type { WorkerContext } from '../../worker-context.js';

/** What of a rendition that is still to be made does not depend on its kind. */
export type PendingRow = Pick<RenditionVersion, 'id' | 'uploadId' | 'name' | 'kind' | 'specHash'>;

/** A rendition that is still to be made, with its spec as its kind has it; of several kinds, `spec.kind` tells them apart. */
export type Pending<K extends Kind = Kind> = PendingRow & { readonly spec: RenditionSpec<K> };

/**
 * What a job still has to make of an upload, in the order of the pipelines file. What this version cannot read, such as a kind
 * that a newer one planned, ends as failed here, and the others are made.
 */
export async function pendingOf(
  { source }: WorkerContext,
  upload: Upload,
  job: MakingJob,
  logger: Logger,
): Promise<Pending[]> {
  const pending: Pending[] = [];
  for (const version of await pendingVersions(source, upload.id, job)) {
    try {
      pending.push({ ...version, spec: readSpec(version.kind, version.spec) });
    } catch (error) {
      if (!isLandfallError(error, 'rendition.kind_unknown')) throw error;
      logger.warn({ code: error.code, err: error, names: [version.name] }, 'renditions failed');
      await failVersion(source, version, error);
    }
  }
  return pending;
}

/** Narrows what is pending to some kinds. */
export function isOf<K extends Kind>(...kinds: readonly K[]) {
  return (one: PendingRow & { spec: { kind: Kind } }): one is Pending<K> =>
    kinds.some((kind) => kind === one.spec.kind);
}
