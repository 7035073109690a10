import { firstIdOf, LandfallError } from '#runtime';
import {
  In,
  isTimeLimitReached,
  type DataSource,
  type EntityManager,
  type SelectQueryBuilder,
} from '#database';
import { cursorOf, idOfCursor, nearCursorOf, nearOfCursor } from './page-cursor.js';
import { findCurrent, isCurrent } from './current-version.js';
import { Rendition } from '../rows/rendition.entity.js';
import { standingIdOf, standingIdsOf } from '../landing/standing-upload.js';
import { readsOf, type UploadField, uploadFields, type UploadWithRenditions } from './upload-fields.js';
import { type MediaKind, Upload, type UploadStatus } from '../rows/upload.entity.js';

/** Filters of a list of uploads. Times refer to the landing; `createdAfter` is inclusive, `createdBefore` exclusive. */
export interface UploadFilter {
  bucket?: string | undefined;
  prefix?: string | undefined;
  kind?: MediaKind | undefined;
  /** Any of these; if unset, all but `deleted`. */
  statuses?: readonly UploadStatus[] | undefined;
  /** Whether they are the newest version of their object. `false` also selects unconfirmed uploads. */
  current?: boolean | undefined;
  createdAfter?: Date | undefined;
  createdBefore?: Date | undefined;
  vars?: Record<string, string> | undefined;
  /** The error code with which they or one of their renditions failed. */
  errorCode?: string | undefined;
  /** All of these. */
  tags?: readonly string[] | undefined;
  labels?: Record<string, string> | undefined;
}

/** Selects near duplicates of an upload. */
export interface Similarity {
  /** The upload to compare with. */
  id: string;
  /** Maximum Hamming distance of the 64-bit perceptual hashes, 0 to `maxDistance`. */
  distance: number;
}

/** Largest distance at which the index finds every upload: by pigeonhole, one of four bands differs in at most two bits. */
export const maxDistance = 11;

/** Which page of a list to read, and which fields. */
export interface PageRequest {
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
  /** Oldest or newest first; newest first by default. */
  sort?: UploadSort | undefined;
  /** The fields to be shown; if unset, all, and whole rows are read. */
  fields?: readonly UploadField[] | undefined;
}

export const uploadSorts = ['createdAt', '-createdAt'] as const;
type UploadSort = (typeof uploadSorts)[number];

export interface UploadPage {
  items: UploadWithRenditions[];
  nextCursor: string | null;
}

/** Resolved within the reading statement: between two statements a row could be merged, and would be shown as deleted. */
const standing = 'coalesce(asked.merged_into, asked.id)';

/** Reads uploads from Postgres only, optionally within a transaction. Database errors are not translated. */
export class UploadReader {
  constructor(private readonly source: DataSource | EntityManager) {}

  /**
   * One page, by keyset pagination on the id, so pages neither repeat nor skip uploads.
   * @throws LandfallError request.cursor_invalid, uploads.too_many
   */
  async list(filter: UploadFilter, request: PageRequest): Promise<UploadPage> {
    const { limit, cursor, sort = '-createdAt', fields } = request;
    const query = narrow(this.select(fields), filter)
      .orderBy('u.id', sort === 'createdAt' ? 'ASC' : 'DESC')
      .take(limit + 1);
    if (cursor !== undefined) {
      const condition = sort === 'createdAt' ? 'u.id > :cursor' : 'u.id < :cursor';
      query.andWhere(condition, { cursor: idOfCursor(cursor) });
    }
    const uploads = await inTime(query.getMany());
    const page = uploads.slice(0, limit);
    const last = page.at(-1);
    return {
      items: await this.complete(page, fields),
      nextCursor: uploads.length > limit && last ? cursorOf(last.id) : null,
    };
  }

  /**
   * These uploads in the given order, including deleted ones. A merged upload is shown as the one it was merged into; ids that
   * are not found are returned in `missing`.
   */
  async getMany(
    ids: readonly string[],
    fields?: readonly UploadField[],
  ): Promise<{ items: UploadWithRenditions[]; missing: string[] }> {
    const uploads = await this.select(fields)
      .where(`u.id IN (SELECT ${standing} FROM uploads AS asked WHERE asked.id IN (:...ids))`, { ids })
      .getMany();
    const found = new Map((await this.complete(uploads, fields)).map((item) => [item.upload.id, item]));
    const standingIds = await standingIdsOf(this.source, ids);
    // An upload that was merged after the first query is shown as it was before.
    const items = ids.map((id) => found.get(standingIds.get(id) ?? '') ?? found.get(id));
    return {
      items: items.filter((item) => item !== undefined),
      missing: ids.filter((_, index) => items[index] === undefined),
    };
  }

  /**
   * One page of the near duplicates of an upload that match the filter, nearest first, then newest first. At most 10,000
   * candidates are considered. The cursor is distance and id.
   * @throws LandfallError upload.not_found, upload.not_comparable, request.cursor_invalid, uploads.too_many
   */
  async listSimilar(
    { id, distance }: Similarity,
    filter: UploadFilter,
    { limit, cursor, fields }: Omit<PageRequest, 'sort'>,
  ): Promise<UploadPage> {
    const asked = await this.comparable(id);
    const query = narrow(this.select(fields), filter)
      .innerJoin('(SELECT * FROM uploads_near(:hash, :distance))', 'near', 'near.id = u.id')
      .addSelect('near.distance', 'distance')
      .andWhere('u.id <> :id')
      .setParameters({ hash: asked.perceptualHash, distance, id: asked.id })
      .orderBy('near.distance', 'ASC')
      .addOrderBy('u.id', 'DESC')
      .limit(limit + 1);
    if (cursor !== undefined) {
      query.andWhere(
        '(near.distance > :lastDistance OR (near.distance = :lastDistance AND u.id < :lastId))',
        nearOfCursor(cursor),
      );
    }
    const { entities, raw } = await inTime(query.getRawAndEntities<{ distance: number }>());
    const items = await this.complete(entities.slice(0, limit), fields);
    for (const [index, item] of items.entries()) item.distance = raw[index]?.distance ?? 0;
    const last = items.at(-1);
    return {
      items,
      nextCursor: entities.length > limit && last ? nearCursorOf(last.distance ?? 0, last.upload.id) : null,
    };
  }

  /** The upload that stands for this one, with its hash. */
  private async comparable(id: string): Promise<{ id: string; perceptualHash: string }> {
    const upload = await this.source.getRepository(Upload).findOne({
      where: { id: await standingIdOf(this.source, id) },
      select: { id: true, perceptualHash: true },
    });
    if (!upload) throw new LandfallError('upload.not_found', id);
    const { perceptualHash } = upload;
    if (perceptualHash === null) throw new LandfallError('upload.not_comparable', id);
    return { id: upload.id, perceptualHash };
  }

  /**
   * One upload with its raw tags and rendition logs, which lists omit. A merged upload is shown as the one it was merged into.
   * @throws LandfallError upload.not_found
   */
  async get(id: string): Promise<UploadWithRenditions> {
    const upload = await this.source
      .createQueryBuilder(Upload, 'u')
      .addSelect('u.rawTags')
      .where(`u.id = (SELECT ${standing} FROM uploads AS asked WHERE asked.id = :id)`, { id })
      .getOne();
    if (!upload) throw new LandfallError('upload.not_found', id);
    const standingId = upload.id;
    const renditions = await this.source
      .createQueryBuilder(Rendition, 'r')
      .addSelect('r.log')
      .where('r.upload_id = :standingId', { standingId })
      .orderBy('r.position')
      .addOrderBy('r.name')
      .getMany();
    const current = await findCurrent(this.source, [standingId]);
    return { upload, renditions, currentId: current.get(standingId) ?? null };
  }

  /** Selects the columns that these fields need; whole rows if unset. */
  private select(fields: readonly UploadField[] | undefined): SelectQueryBuilder<Upload> {
    const query = this.source.createQueryBuilder(Upload, 'u');
    return fields ? query.select(readsOf(fields).columns.map((column) => `u.${column}`)) : query;
  }

  private async complete(
    uploads: Upload[],
    fields: readonly UploadField[] = uploadFields,
  ): Promise<UploadWithRenditions[]> {
    const ids = uploads.map((upload) => upload.id);
    const { renditions: wantsRenditions, current: wantsCurrent } = readsOf(fields);
    const renditions =
      wantsRenditions && ids.length > 0
        ? await this.source
            .getRepository(Rendition)
            .find({ where: { uploadId: In(ids) }, order: { position: 'ASC', name: 'ASC' } })
        : [];
    const byUpload = Map.groupBy(renditions, (rendition) => rendition.uploadId);
    const current = wantsCurrent && ids.length > 0 ? await findCurrent(this.source, ids) : undefined;
    return uploads.map((upload) => ({
      upload,
      renditions: byUpload.get(upload.id) ?? [],
      currentId: current?.get(upload.id) ?? null,
    }));
  }
}

function narrow(query: SelectQueryBuilder<Upload>, filter: UploadFilter): SelectQueryBuilder<Upload> {
  if (filter.bucket !== undefined) query.andWhere('u.bucket = :bucket', { bucket: filter.bucket });
  if (filter.prefix) query.andWhere('starts_with(u.object_key, :prefix)', { prefix: filter.prefix });
  if (filter.kind !== undefined) query.andWhere('u.kind = :kind', { kind: filter.kind });
  const { statuses } = filter;
  if (statuses) query.andWhere('u.status IN (:...statuses)', { statuses });
  else query.andWhere(`u.status <> 'deleted'`);
  // Unproven uploads only appear in lists of `stored` ones; merged ones are shown as the upload they were merged into.
  if (!statuses?.includes('stored')) query.andWhere('u.proof IS NOT NULL');
  else if (statuses.length > 1) query.andWhere(`(u.proof IS NOT NULL OR u.status = 'stored')`);
  query.andWhere('u.merged_into IS NULL');
  if (filter.errorCode !== undefined) narrowToFailures(query, filter, filter.errorCode);
  if (filter.current !== undefined) query.andWhere(isCurrent(filter.current));
  if (filter.vars) query.andWhere('u.vars @> :vars::jsonb', { vars: JSON.stringify(filter.vars) });
  // The redundant `<>` conditions let the planner use the partial indexes.
  if (filter.tags) query.andWhere(`u.tags @> :tags::text[] AND u.tags <> '{}'`, { tags: filter.tags });
  if (filter.labels)
    query.andWhere(`u.labels @> :labels::jsonb AND u.labels <> '{}'`, {
      labels: JSON.stringify(filter.labels),
    });
  if (filter.createdAfter)
    query.andWhere('u.id >= :after', { after: firstIdOf(filter.createdAfter.getTime()) });
  if (filter.createdBefore)
    query.andWhere('u.id < :before', { before: firstIdOf(filter.createdBefore.getTime()) });
  return query;
}

/** Repeats the range in both subqueries; otherwise Postgres would read all failures with the code. */
function narrowToFailures(
  query: SelectQueryBuilder<Upload>,
  { createdAfter, createdBefore }: UploadFilter,
  errorCode: string,
): void {
  const failed = (id: string, table: string) =>
    `SELECT ${id} FROM ${table} WHERE status = 'failed' AND error_code = :errorCode${
      createdAfter ? ` AND ${id} >= :after` : ''
    }${createdBefore ? ` AND ${id} < :before` : ''}`;
  query.andWhere(
    `u.id IN (${failed('id', 'uploads')} UNION ALL ${failed('upload_id', 'rendition_versions')})`,
    { errorCode },
  );
}

/**
 * Translates a query timeout: a filter may match so rarely that Postgres scans millions of rows.
 * @throws LandfallError uploads.too_many
 */
async function inTime<Result>(reading: Promise<Result>): Promise<Result> {
  try {
    return await reading;
  } catch (error) {
    if (!isTimeLimitReached(error)) throw error;
    throw new LandfallError(
      'uploads.too_many',
      'narrow the list with a shorter time range, a bucket and prefix, or a var',
      { cause: error },
    );
  }
}
