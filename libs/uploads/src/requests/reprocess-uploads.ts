import type { RenditionSpec } from '#media';
import { isLandfallError } from '#runtime';
import { type DataSource, In, Not } from '#database';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import type { Upload } from '../rows/upload.entity.js';
import { findOutdated } from '../making/outdated-renditions.js';
import { planAgain } from '../making/plan-again.js';
import { refuseUnknown, renditionsOf, reprocessUpload, type ReprocessRequest } from './reprocess-upload.js';
import { type UploadFilter, UploadReader } from '../reading/upload-reader.js';

/** The result for one page of uploads. */
export interface ReprocessedPage {
  /** Uploads examined. */
  looked: number;
  /** Uploads of which something is made again, and how many renditions; an upload that starts over counts as one. */
  uploads: number;
  renditions: number;
  /** Where the next page begins; null after the last. */
  nextCursor: string | null;
}

/** Uploads per page. */
const pageSize = 200;

/**
 * As `reprocessUpload`, for one page of the uploads that a filter finds, newest first. Each upload has its own transaction,
 * so the operation may be interrupted and started over; uploads already requested are only examined again.
 * @param options `dryRun` only counts, and passes each upload of which something would be made to `found`
 * @throws LandfallError rendition.unknown if no pipeline has a rendition of one of the names, request.cursor_invalid,
 * database.unavailable
 */
export async function reprocessPage(
  source: DataSource,
  request: ReprocessRequest,
  filter: UploadFilter,
  options: {
    cursor?: string | undefined;
    dryRun: boolean;
    found?: (upload: Upload, count: number, specs: readonly RenditionSpec[]) => void;
  },
): Promise<ReprocessedPage> {
  refuseUnknown(request.names, renditionsOf(request.pipelines));
  const page = await new UploadReader(source).list(filter, { limit: pageSize, cursor: options.cursor });
  const done: ReprocessedPage = {
    looked: page.items.length,
    uploads: 0,
    renditions: 0,
    nextCursor: page.nextCursor,
  };
  const versions = await source.getRepository(RenditionVersion).findBy({
    uploadId: In(page.items.map(({ upload }) => upload.id)),
    status: Not('retired'),
  });
  const versionsOf = Map.groupBy(versions, ({ uploadId }) => uploadId);
  for (const { upload } of page.items) {
    const { id } = upload;
    const outdated = await countOutdated(source, request, upload, versionsOf.get(id) ?? []);
    if (outdated.count === 0) continue;
    if (options.dryRun) options.found?.(upload, outdated.count, outdated.specs);
    const count = options.dryRun
      ? outdated.count
      : await reprocessUpload(source, id, { ...request, names: outdated.names }).catch(noneWhenGone);
    done.renditions += count;
    if (count > 0) done.uploads += 1;
  }
  return done;
}

async function countOutdated(
  source: DataSource,
  { pipelines, names }: ReprocessRequest,
  upload: Upload,
  versions: readonly RenditionVersion[],
): Promise<{ count: number; names?: string[]; specs: readonly RenditionSpec[] }> {
  if (upload.status === 'deleted') return { count: 0, specs: [] };
  if (upload.kind === null) return { count: upload.status === 'failed' ? 1 : 0, specs: [] };
  const plan = await planAgain(source, pipelines, upload);
  const planned = plan?.renditions ?? [];
  const outdated = findOutdated(versions, planned, names).map((one) => one.planned.name);
  const specs = planned.filter(({ name }) => outdated.includes(name)).map(({ spec }) => spec);
  return { count: outdated.length, names: outdated, specs };
}

/** 0 for an upload that was deleted since the page was read, or landed again as another upload. */
function noneWhenGone(error: unknown): number {
  if (isLandfallError(error, 'upload.not_found') || isLandfallError(error, 'upload.superseded')) return 0;
  throw error;
}
