import { translateDatabaseErrors } from '#database';
import { LandfallError } from '#runtime';
import { In, type DataSource } from 'typeorm';
import { Rendition } from './rendition.entity.js';
import { type MediaKind, Upload, type UploadStatus } from './upload.entity.js';

/** What a list of uploads is narrowed by. Times are compared with the moment of landing: `after` included, `before` not. */
export interface UploadFilter {
  bucket?: string | undefined;
  prefix?: string | undefined;
  kind?: MediaKind | undefined;
  status?: UploadStatus | undefined;
  createdAfter?: Date | undefined;
  createdBefore?: Date | undefined;
  vars?: Record<string, string> | undefined;
}

export interface UploadWithRenditions {
  upload: Upload;
  renditions: Rendition[];
}

export interface UploadPage {
  items: UploadWithRenditions[];
  nextCursor: string | null;
}

/** Answers questions about uploads from rows only. */
export class UploadReader {
  constructor(private readonly source: DataSource) {}

  /**
   * One page, newest first. The cursor is the last id of the page before, so that pages neither repeat nor skip.
   * @throws LandfallError request.cursor_invalid, database.unavailable
   */
  async list(filter: UploadFilter, limit: number, cursor: string | undefined): Promise<UploadPage> {
    const query = this.source
      .createQueryBuilder(Upload, 'u')
      .orderBy('u.id', 'DESC')
      .take(limit + 1);
    if (filter.bucket !== undefined) query.andWhere('u.bucket = :bucket', { bucket: filter.bucket });
    if (filter.prefix) query.andWhere('starts_with(u.object_key, :prefix)', { prefix: filter.prefix });
    if (filter.kind !== undefined) query.andWhere('u.kind = :kind', { kind: filter.kind });
    if (filter.status !== undefined) query.andWhere('u.status = :status', { status: filter.status });
    if (filter.vars) query.andWhere('u.vars @> :vars::jsonb', { vars: JSON.stringify(filter.vars) });
    if (filter.createdAfter) query.andWhere('u.id >= :after', { after: firstIdOf(filter.createdAfter) });
    if (filter.createdBefore) query.andWhere('u.id < :before', { before: firstIdOf(filter.createdBefore) });
    if (cursor !== undefined) query.andWhere('u.id < :cursor', { cursor: idOfCursor(cursor) });
    const uploads = await translateDatabaseErrors(query.getMany());
    const page = uploads.slice(0, limit);
    const last = page.at(-1);
    return {
      items: await this.withRenditions(page),
      nextCursor: uploads.length > limit && last ? cursorOf(last.id) : null,
    };
  }

  /** @throws LandfallError upload.not_found, database.unavailable */
  async get(id: string): Promise<UploadWithRenditions> {
    const upload = await translateDatabaseErrors(this.source.getRepository(Upload).findOneBy({ id }));
    if (!upload) throw new LandfallError('upload.not_found', id);
    const [found] = await this.withRenditions([upload]);
    return found ?? { upload, renditions: [] };
  }

  private async withRenditions(uploads: Upload[]): Promise<UploadWithRenditions[]> {
    if (uploads.length === 0) return [];
    const renditions = await translateDatabaseErrors(
      this.source
        .getRepository(Rendition)
        .find({ where: { uploadId: In(uploads.map((upload) => upload.id)) }, order: { position: 'ASC' } }),
    );
    const byUpload = Map.groupBy(renditions, (rendition) => rendition.uploadId);
    return uploads.map((upload) => ({ upload, renditions: byUpload.get(upload.id) ?? [] }));
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function cursorOf(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

function idOfCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url')
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (!uuid.test(id)) throw new LandfallError('request.cursor_invalid', 'use nextCursor of the page before');
  return id;
}

/** The smallest UUIDv7 of a millisecond. */
function firstIdOf(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}
