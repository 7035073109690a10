import type { ImageSpec } from '#media';
import { LandfallError, newId } from '#runtime';
import { outboxRow, queueJobs } from '#outbox';
import type { DataSource } from '#database';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import { Upload } from '../rows/upload.entity.js';

/**
 * An image that is tried on an upload. Its row is a version that is retired from the start: nothing serves it, its object is
 * removed when no URL for it holds, and it goes with its upload.
 */
export type Trial = RenditionVersion;

/** No rendition may have such a name. */
const name = '.try';
/** Trials that may be under way at once, of everybody. */
const waitingMax = 4;

const waitingText = `
  SELECT count(*)::int AS count FROM rendition_versions
  WHERE due_at > now() - interval '1 minute' AND status = 'retired' AND name = '${name}'
    AND object_key IS NULL AND error_code IS NULL`;

/**
 * Has an image made of an upload, which is not published.
 * @param renditionPrefix below which everything lies that is made
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
      throw new LandfallError('trial.impossible', `the upload is ${upload.kind ?? 'not read yet'}`);
    const [waiting] = (await manager.query(waitingText)) as [{ count: number }];
    if (waiting.count >= waitingMax) throw new LandfallError('trial.busy', `${waiting.count} of them`);
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
      // Its format may follow from the upload: the type of the object says it, and no ending.
      storageKeys: [`${renditionPrefix}${uploadId}/try-${id}`],
      dueAt: new Date(),
    });
    await queueJobs(manager, [outboxRow('upload.try', { v: 1, uploadId, trialId: id })]);
    const trial = await manager.findOneByOrFail(RenditionVersion, { id });
    return { trial, upload };
  });
}

/** A trial and its upload; null when it is over. */
export async function findTrial(
  source: DataSource,
  id: string,
): Promise<{ trial: Trial; upload: Upload } | null> {
  const trial = await source.getRepository(RenditionVersion).findOneBy({ id, name });
  const upload = trial && (await source.getRepository(Upload).findOneBy({ id: trial.uploadId }));
  return trial && upload && { trial, upload };
}

/** Counts a run. @returns how many began and did not end in order, this one included; null when there is nothing to do */
export async function beginTrialRun(source: DataSource, id: string): Promise<number | null> {
  const [rows] = (await source.query(
    `UPDATE rendition_versions SET details = jsonb_build_object('runs', coalesce((details ->> 'runs')::int, 0) + 1)
     WHERE id = $1 AND name = $2 AND object_key IS NULL AND error_code IS NULL
     RETURNING (details ->> 'runs')::int AS runs`,
    [id, name],
  )) as [{ runs: number }[], number];
  return rows[0]?.runs ?? null;
}

/** Takes the count of a run back. */
export async function endTrialRun(source: DataSource, id: string): Promise<void> {
  await source.query(
    `UPDATE rendition_versions SET details = jsonb_build_object('runs', greatest(0, (details ->> 'runs')::int - 1))
     WHERE id = $1 AND name = $2 AND details ? 'runs'`,
    [id, name],
  );
}

/** What was made of a trial. */
type MadeTrial = Pick<RenditionVersion, 'objectKey' | 'mimeType' | 'width' | 'height' | 'sizeBytes'>;

/** Shows what was made. @returns false when the trial is over: its object must not stay */
export async function finishTrial(source: DataSource, id: string, made: MadeTrial): Promise<boolean> {
  const { affected } = await source
    .getRepository(RenditionVersion)
    .update({ id, name }, { ...made, updatedAt: () => 'now()' });
  return affected === 1;
}

/** Says why nothing was made. */
export async function failTrial(
  source: DataSource,
  id: string,
  { code, message }: LandfallError,
): Promise<void> {
  await source
    .getRepository(RenditionVersion)
    .update({ id, name }, { errorCode: code, errorMessage: message, updatedAt: () => 'now()' });
}
