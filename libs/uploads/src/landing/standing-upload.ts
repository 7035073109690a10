import { LandfallError } from '#runtime';
import { type DataSource, type EntityManager, In } from '#database';
import { Upload } from '../rows/upload.entity.js';

/** Checks an upload whose row is locked, and throws to refuse the request. */
export type Admission = (manager: EntityManager, id: string) => Promise<void>;

/**
 * The id of the upload that stands for a landing: its own, or that of the upload that it was merged into, which is never
 * merged itself.
 * @throws LandfallError upload.not_found
 */
export async function standingIdOf(source: DataSource | EntityManager, id: string): Promise<string> {
  const upload = await source
    .getRepository(Upload)
    .findOne({ where: { id }, select: { id: true, mergedInto: true } });
  if (!upload) throw new LandfallError('upload.not_found', id);
  return upload.mergedInto ?? id;
}

/** Maps the ids of landings to those of the uploads that stand for them; unknown ids are left out. */
export async function standingIdsOf(
  source: DataSource | EntityManager,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const uploads = await source
    .getRepository(Upload)
    .find({ where: { id: In([...ids]) }, select: { id: true, mergedInto: true } });
  return new Map(uploads.map(({ id, mergedInto }) => [id, mergedInto ?? id]));
}

/**
 * The upload that stands for a landing, locked for the caller's transaction.
 * @throws LandfallError upload.not_found
 */
export async function lockStanding(manager: EntityManager, id: string): Promise<Upload> {
  const standingId = await standingIdOf(manager, id);
  const upload = await manager.findOne(Upload, {
    where: { id: standingId },
    lock: { mode: 'pessimistic_write' },
  });
  if (!upload) throw new LandfallError('upload.not_found', id);
  // It may have been merged between the lookup and the lock.
  return upload.mergedInto === null ? upload : lockStanding(manager, id);
}
