import type { Logger } from '#runtime';
import { readSpec } from '#pipelines';
import type { Kind, RenditionSpec } from '#media';
import type { MakingJob } from '#outbox';
import { isLandfallError } from '#runtime';
import { failVersion, pendingVersions, type RenditionVersion, type Upload } from '#uploads';
import type { WorkerContext } from '../../worker-context.js';

/** The fields of a pending rendition that do not depend on its kind. */
export type PendingRow = Pick<RenditionVersion, 'id' | 'uploadId' | 'name' | 'kind' | 'specHash'>;

/** A pending rendition with its typed spec; `spec.kind` is the discriminant. */
export type Pending<K extends Kind = Kind> = PendingRow & { readonly spec: RenditionSpec<K> };

/**
 * The pending renditions of an upload that belong to `job`, in the order of the pipelines file. One that this release cannot
 * read, such as a kind planned by a newer release, is marked as failed and left out.
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

/** A type guard for pending renditions of the given kinds. */
export function isOf<K extends Kind>(...kinds: readonly K[]) {
  return (one: PendingRow & { spec: { kind: Kind } }): one is Pending<K> =>
    kinds.some((kind) => kind === one.spec.kind);
}
