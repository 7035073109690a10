import { parsePipelines, type Pipelines, planRenditions } from '#pipelines';
import { newId } from '#runtime';
import { testDatabase, type TestDatabase } from '#testing';
import {
  beginRun,
  type MadeVersion,
  pendingVersions,
  publishVersion,
  recordPlan,
  Rendition,
  Upload,
} from '#uploads';
import { afterAll, beforeAll, beforeEach } from 'vitest';

/** A pipelines file with these image renditions: name → width; those named `fine…` are AVIF. */
export function fileOf(images: Record<string, number>, more = ''): Pipelines {
  const lines = Object.entries(images).map(
    ([name, width]) =>
      `      - { name: ${name}, kind: image, width: ${width}, format: ${name.startsWith('fine') ? 'avif' : 'webp'} }`,
  );
  return parsePipelines(
    `version: 1\npipelines:\n  - name: photos\n    match: { kind: image }\n    renditions:\n${lines.join('\n')}\n${more}`,
    'pipelines.yaml',
  );
}
export const two = fileOf({ small: 100, large: 200 });
export const changed = fileOf({ small: 101, large: 200 });

export const request = (pipelines: Pipelines, names?: string[]) => ({
  pipelines,
  names,
  sweepAfterMs: 60_000,
});

export function madeOf({
  uploadId,
  name,
  specHash,
  kind,
}: Pick<Rendition, 'uploadId' | 'name' | 'specHash' | 'kind'>): MadeVersion {
  const base = `renditions/${uploadId}/${name}-${specHash}`;
  return {
    objectKey: kind === 'hls' ? `${base}/master.m3u8` : `${base}.webp`,
    mimeType: 'image/webp',
    width: 1,
    height: 1,
    sizeBytes: 1,
    durationMs: null,
  };
}

export const jobs = ['upload.process', 'upload.render', 'upload.transcode'] as const;

/** A database for the tests of the file, empty before each, and what brings uploads into it and on. */
export function useUploads() {
  let current: TestDatabase;
  const database = {
    get source() {
      return current.source;
    },
  };
  beforeAll(async () => {
    current = await testDatabase();
  });
  beforeEach(async () => {
    await database.source.query('TRUNCATE uploads, outbox, events CASCADE');
  });
  afterAll(() => current[Symbol.asyncDispose]());

  async function landed(values: Partial<Upload> = {}): Promise<string> {
    const id = values.id ?? newId();
    const now = new Date();
    await database.source.getRepository(Upload).insert({
      id,
      bucket: 'landfall',
      objectKey: `photos/${id}.jpg`,
      etag: 'D41D8CD98F00B204E9800998ECF8427E',
      sizeBytes: '1',
      status: 'stored',
      source: 'callback',
      proof: 'object',
      confirmedAt: now,
      sweepAt: now,
      createdAt: now,
      updatedAt: now,
      ...values,
    });
    return id;
  }

  async function planned(
    pipelines: Pipelines,
    kind: 'image' | 'video' = 'image',
    values: Partial<Upload> = {},
  ): Promise<string> {
    const id = await landed(values);
    const upload = await beginRun(database.source, id);
    if (!upload) throw new Error('it is not open');
    const mimeType = kind === 'image' ? 'image/jpeg' : 'video/mp4';
    const plan = planRenditions(pipelines, { ...upload, kind, mimeType, sizeBytes: 1 });
    await recordPlan(
      database.source,
      id,
      {
        kind,
        mimeType,
        metadata: {},
        warnings: [],
        pipeline: plan?.pipeline ?? null,
        renditions: plan?.renditions ?? [],
      },
      { job: 'upload.process', upload },
    );
    return id;
  }

  /** Does what a job does with what it finds; returns the names. */
  async function make(id: string, ...jobs: Parameters<typeof pendingVersions>[2][]): Promise<string[]> {
    const names: string[] = [];
    for (const job of jobs) {
      for (const rendition of await pendingVersions(database.source, id, job)) {
        await publishVersion(database.source, rendition, madeOf(rendition));
        names.push(rendition.name);
      }
    }
    return names;
  }

  async function ready(pipelines: Pipelines, kind: 'image' | 'video' = 'image'): Promise<string> {
    const id = await planned(pipelines, kind);
    await make(id, ...jobs);
    await database.source.query('DELETE FROM outbox');
    return id;
  }

  const uploadOf = (id: string) => database.source.getRepository(Upload).findOneByOrFail({ id });
  const renditionsOf = (uploadId: string) =>
    database.source.getRepository(Rendition).find({ where: { uploadId }, order: { position: 'ASC' } });
  async function renditionOf(id: string, name: string): Promise<Rendition> {
    const found = (await renditionsOf(id)).find((rendition) => rendition.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  }

  /** The names of the jobs in the outbox, which it empties. */
  async function queued(): Promise<string[]> {
    const rows = (await database.source.query('DELETE FROM outbox RETURNING name')) as [
      { name: string }[],
      number,
    ];
    return rows[0].map((row) => row.name).toSorted();
  }

  return { database, landed, planned, make, ready, uploadOf, renditionsOf, renditionOf, queued };
}
