import { type EntityManager, PreparedStatement } from '#database';
import { Upload } from '../rows/upload.entity.js';

/** The SQL condition for an upload with work left: it is unfinished or being reprocessed. */
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
 * Takes the row lock that anything which may end an upload takes first: without it, the last two renditions would each see
 * the other as pending. Null if there is no such upload.
 */
export async function lockUpload(manager: EntityManager, id: string): Promise<Upload | null> {
  const [upload] = await lockAny.run(manager, [id]);
  return upload ?? null;
}

/** As `lockUpload`; null if the upload is not open. */
export async function lockOpenUpload(manager: EntityManager, id: string): Promise<Upload | null> {
  const [upload] = await lockOpen.run(manager, [id]);
  return upload ?? null;
}
