import { isDeepStrictEqual } from 'node:util';
import type { DataSource } from '#database';
import { LandfallError } from '#runtime';
import { type Admission, lockStanding } from '../landing/standing-upload.js';
import { Upload } from '../rows/upload.entity.js';
import { recordStored, recordUpload } from '../events/record-uploads.js';
import { mergeLabels, type OwnWords, ownWordsLimits, ownWordsOf } from '../rows/own-words.js';

/** A JSON merge patch (RFC 7396) of the values set by your backend: null removes, omitted fields stay. */
export interface UploadPatch {
  title?: string | null | undefined;
  tags?: readonly string[] | null | undefined;
  labels?: Readonly<Record<string, string | null>> | null | undefined;
}

/**
 * Patches the title, tags and labels of an upload. A patch without effect writes neither the row nor an event.
 * @param admit may refuse, depending on the upload, which is locked until the patch is written
 * @throws LandfallError upload.not_found (also when it is deleted), upload.labels_exceeded
 */
export async function updateUpload(
  source: DataSource,
  id: string,
  patch: UploadPatch,
  admit?: Admission,
): Promise<void> {
  await source.transaction(async (manager) => {
    const upload = await lockStanding(manager, id);
    if (upload.status === 'deleted') throw new LandfallError('upload.not_found', id);
    await admit?.(manager, upload.id);
    const before = ownWordsOf(upload);
    const after = patched(before, patch);
    if (isDeepStrictEqual(before, after)) return;
    await recordStored(manager, [upload]);
    await manager.update(Upload, { id: upload.id }, { ...after, updatedAt: () => 'now()' });
    await recordUpload(manager, 'upload.updated', upload.id);
  });
}

function patched(before: OwnWords, { title, tags, labels }: UploadPatch): OwnWords {
  const after: OwnWords = {
    title: title === undefined ? before.title : title,
    tags: tags === undefined ? before.tags : [...new Set(tags)],
    labels: labels === undefined ? before.labels : mergeLabels(before.labels, labels),
  };
  const count = Object.keys(after.labels).length;
  if (count > ownWordsLimits.labels)
    throw new LandfallError(
      'upload.labels_exceeded',
      `there would be ${count}; the limit is ${ownWordsLimits.labels}`,
    );
  return after;
}
