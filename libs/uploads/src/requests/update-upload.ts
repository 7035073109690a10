import { isDeepStrictEqual } from 'node:util';
import type { DataSource } from '#database';
import { LandfallError } from '#runtime';
import { type Admission, lockStanding } from '../landing/standing-upload.js';
import { Upload } from '../rows/upload.entity.js';
import { recordStored, recordUpload } from '../events/record-uploads.js';
import { mergeLabels, type OwnWords, ownWordsLimits, ownWordsOf } from '../rows/own-words.js';

/** A JSON merge patch (RFC 7396) of what your backend says of an upload: null removes, what is left out stays. */
export interface UploadPatch {
  title?: string | null | undefined;
  tags?: readonly string[] | null | undefined;
  labels?: Readonly<Record<string, string | null>> | null | undefined;
}

/**
 * Changes what your backend says of an upload. What changes nothing is not written, nor recorded in the log.
 * @param admit may refuse by what the upload is at that moment; nobody else changes these words meanwhile
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
