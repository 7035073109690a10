import { LandfallError } from '#runtime';
import type { DataSource } from '#database';
import { recordStored, recordUpload } from '../events/record-uploads.js';
import { lockOpenUpload } from '../making/open-uploads.js';
import { endVersions } from '../making/versions.js';
import { type MadeObjects, withdrawUpload } from '../making/withdraw-upload.js';
import { type Admission, lockStanding } from '../landing/standing-upload.js';

/**
 * Cancels the pending renditions of an upload: they fail with `rendition.cancelled`, and ready ones stay. Does nothing if the
 * upload is finished. Running jobs notice within a second and stop.
 * @throws LandfallError upload.not_found
 */
export async function cancelUpload(source: DataSource, id: string): Promise<void> {
  await source.transaction(async (manager) => {
    const { id: standingId } = await lockStanding(manager, id);
    const open = await lockOpenUpload(manager, standingId);
    if (!open) return;
    await recordStored(manager, [open]);
    await recordUpload(manager, 'upload.cancelled', standingId);
    await endVersions(manager, standingId, new LandfallError('rendition.cancelled'));
  });
}

/**
 * Marks an upload as deleted and has its renditions removed soon, even if signed URLs for them are still valid. The original
 * stays, since it belongs to its owner. The same bytes uploaded again are a new upload. Idempotent.
 * @param admit may refuse, depending on the locked upload
 * @throws LandfallError upload.not_found
 */
export async function deleteUpload(
  source: DataSource,
  id: string,
  made: MadeObjects,
  admit?: Admission,
): Promise<void> {
  await source.transaction(async (manager) => {
    const upload = await lockStanding(manager, id);
    await admit?.(manager, upload.id);
    if (upload.status !== 'deleted') await withdrawUpload(manager, upload, made);
  });
}
