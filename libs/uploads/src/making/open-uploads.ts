import { type EntityManager, PreparedStatement } from '#database';
import { Upload } from '../rows/upload.entity.js';

/** The condition on a row of `uploads` that something of it may still be done: it is not finished, or is made again. */
export const isOpen = (alias: string): string =>
  `(${alias}.status IN ('stored', 'processing') OR ${alias}.reprocessing_since IS NOT NULL)`;

const lockAny = new PreparedStatement<Upload>(
  'lock-upload',
  (columns) => `SELECT ${columns(Upload, 'u')} FROM uploads AS u WHERE id = $1 FOR UPDATE`,
);

const lockOpen = new PreparedStatement<Upload>(
  'lock-open-upload',
  (columns) => `SELECT ${columns(Upload, 'u')} FROM uploads AS u WHERE id = $1 AND ${isOpen('u')} FOR UPDATE`,
);

/**
 * Takes the row lock that everything takes first that may end an upload; without it two last renditions would each see the
 * other as pending. Null when there is no such upload.
 */
export async function lockUpload(manager: EntityManager, id: string): Promise<Upload | null> {
  const [upload] = await lockAny.run(manager, [id]);
  return upload ?? null;
}

/** As `lockUpload`; null when the upload is not open. */
export async function lockOpenUpload(manager: EntityManager, id: string): Promise<Upload | null> {
  const [upload] = await lockOpen.run(manager, [id]);
  return upload ?? null;
}
