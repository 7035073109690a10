import type { EntityManager } from '#database';
import { Upload } from '../rows/upload.entity.js';

/** The condition on a row of `uploads` that something of it may still be done: it is not finished, or is made again. */
export const isOpen = (alias: string): string =>
  `(${alias}.status IN ('stored', 'processing') OR ${alias}.reprocessing_since IS NOT NULL)`;

/**
 * Takes the row lock that everything takes first that may end an upload; without it two last renditions would each see the
 * other as pending. Null when the upload is not open.
 */
export async function lockOpenUpload(manager: EntityManager, id: string): Promise<Upload | null> {
  return manager
    .createQueryBuilder(Upload, 'upload')
    .setLock('pessimistic_write')
    .where('upload.id = :id', { id })
    .andWhere(isOpen('upload'))
    .getOne();
}
