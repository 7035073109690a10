import { LandfallError } from '#runtime';
import type { DataSource } from '#database';
import { recordStored, recordUpload } from '../events/record-uploads.js';
import { lockOpenUpload } from '../making/open-uploads.js';
import { endVersions } from '../making/versions.js';
import { type MadeObjects, withdrawUpload } from '../making/withdraw-upload.js';
import { type Admission, lockStanding } from '../landing/standing-upload.js';

/**
 * Calls off what is still to be made of an upload: it ends as failed with `rendition.cancelled`; what is ready stays. Of an
 * upload that is finished nothing changes. The jobs that run see it within a second and stop.
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
 * Marks an upload as deleted and has everything removed that was made of it: soon, so that URLs given out for it end early.
 * The original stays: it is its owner's. The same bytes uploaded again are another upload. Doing it again changes nothing.
 * @param admit may refuse by what the upload is at that moment
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
