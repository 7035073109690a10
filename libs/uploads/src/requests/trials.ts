import type { ImageSpec } from '#media';
import { LandfallError, newId } from '#runtime';
import { outboxRow, queueJobs } from '#outbox';
import type { DataSource } from '#database';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import { Upload } from '../rows/upload.entity.js';

/**
 * A trial image of an upload. Its row is a version that is retired from the start: it is never served, its object is removed
 * once its signed URLs have expired, and it is deleted with its upload.
 */
export type Trial = RenditionVersion;

/** Not a valid name of a rendition. */
const name = '.try';
/** Maximum number of unfinished trials, across all clients. */
const waitingMax = 4;

const waitingText = `
  SELECT count(*)::int AS count FROM rendition_versions
  WHERE due_at > now() - interval '1 minute' AND status = 'retired' AND name = '${name}'
    AND object_key IS NULL AND error_code IS NULL`;

/**
 * Queues a trial image of an upload, which is not published.
 * @param options `renditionPrefix` is the object key prefix of all rendition files
 * @throws LandfallError upload.not_found, trial.impossible, trial.busy
 */
export async function beginTrial(
  source: DataSource,
  uploadId: string,
  { spec, renditionPrefix }: { spec: ImageSpec; renditionPrefix: string },
): Promise<{ trial: Trial; upload: Upload }> {
  return source.transaction(async (manager) => {
    const upload = await manager.findOneBy(Upload, { id: uploadId });
    if (!upload || upload.status === 'deleted') throw new LandfallError('upload.not_found', uploadId);
    if (upload.kind !== 'image' && upload.kind !== 'document')
      throw new LandfallError(
        'trial.impossible',
        `the kind of the upload is ${upload.kind ?? 'not known yet'}`,
      );
    const [waiting] = (await manager.query(waitingText)) as [{ count: number }];
    if (waiting.count >= waitingMax)
      throw new LandfallError('trial.busy', `${waiting.count} trials are in progress; retry in a moment`);
    const id = newId();
    await manager.insert(RenditionVersion, {
      id,
      uploadId,
      position: 0,
      name,
      kind: 'image',
      job: 'upload.process',
      spec,
      specHash: '',
      status: 'retired',
      // No extension: the format may depend on the upload, and the object's content type shows it.
      storageKeys: [`${renditionPrefix}${uploadId}/try-${id}`],
      dueAt: new Date(),
    });
    await queueJobs(manager, [outboxRow('upload.try', { v: 1, uploadId, trialId: id })]);
    const trial = await manager.findOneByOrFail(RenditionVersion, { id });
    return { trial, upload };
  });
}

/** A trial and its upload; null if it is over. */
export async function findTrial(
  source: DataSource,
  id: string,
): Promise<{ trial: Trial; upload: Upload } | null> {
  const trial = await source.getRepository(RenditionVersion).findOneBy({ id, name });
  const upload = trial && (await source.getRepository(Upload).findOneBy({ id: trial.uploadId }));
  return trial && upload && { trial, upload };
}

/** Counts a run. @returns the runs that have not ended normally, this one included; null if there is nothing to do */
export async function beginTrialRun(source: DataSource, id: string): Promise<number | null> {
  const [rows] = (await source.query(
    `UPDATE rendition_versions SET details = jsonb_build_object('runs', coalesce((details ->> 'runs')::int, 0) + 1)
     WHERE id = $1 AND name = $2 AND object_key IS NULL AND error_code IS NULL
     RETURNING (details ->> 'runs')::int AS runs`,
    [id, name],
  )) as [{ runs: number }[], number];
  return rows[0]?.runs ?? null;
}

/** Uncounts a run that ended normally. */
export async function endTrialRun(source: DataSource, id: string): Promise<void> {
  await source.query(
    `UPDATE rendition_versions SET details = jsonb_build_object('runs', greatest(0, (details ->> 'runs')::int - 1))
     WHERE id = $1 AND name = $2 AND details ? 'runs'`,
    [id, name],
  );
}

/** The result of a trial. */
type MadeTrial = Pick<RenditionVersion, 'objectKey' | 'mimeType' | 'width' | 'height' | 'sizeBytes'>;

/** Records the result. @returns false if the trial is over: the caller must remove its object */
export async function finishTrial(source: DataSource, id: string, made: MadeTrial): Promise<boolean> {
  const { affected } = await source
    .getRepository(RenditionVersion)
    .update({ id, name }, { ...made, updatedAt: () => 'now()' });
  return affected === 1;
}

/** Records why nothing was made. */
export async function failTrial(
  source: DataSource,
  id: string,
  { code, message }: LandfallError,
): Promise<void> {
  await source
    .getRepository(RenditionVersion)
    .update({ id, name }, { errorCode: code, errorMessage: message, updatedAt: () => 'now()' });
}
