import { type Pipelines, planRenditions } from '#pipelines';
import { createLogger, isLandfallError, LandfallError } from '#runtime';
import {
  beginRun,
  cancelUpload,
  Chunk,
  confirmLanding,
  deleteUpload,
  failVersion,
  failVersions,
  finishChunk,
  planChunks,
  publishVersion,
  recordPlan,
  removeRetired,
  removeUnconfirmed,
  RenditionVersion,
  reprocessUpload,
  reserveObjects,
  sweepUploads,
  Upload,
} from '#uploads';
import * as fc from 'fast-check';
import { fileOf, madeOf, request, type useUploads } from './reprocess.fixture.js';

const never = new AbortController().signal;
const logger = createLogger('test', 'silent');
const made = { renditionPrefix: 'renditions/', urlLifetimeMs: 60_000 };
const films = (height: number) =>
  `  - name: films
    match: { kind: video }
    renditions:
      - { name: stream, kind: hls, heights: [${height}] }
      - { name: file, kind: mp4 }
`;
/** The pipelines file as its operator changes it; the last one wants nothing. */
const files: readonly [Pipelines, ...Pipelines[]] = [
  fileOf({ small: 100, fine: 100 }, films(480)),
  fileOf({ small: 101, large: 200 }, films(360)),
  { ...fileOf({ small: 100 }), pipelines: [] },
];
const reasons = ['media.damaged', 'object.changed'] as const;

const any = fc.nat({ max: 1_000 });
/** What may happen to the uploads of a walk, in any order. */
export const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('land' as const), any, isVouchedFor: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('process' as const), any, file: any }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('store' as const), any }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('publish' as const), any }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('publish late' as const), any }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('fail' as const), any, reason: any }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('give up' as const), any, reason: any }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('ask again' as const), any, file: any }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), any }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), any }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cut' as const), any }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('encode' as const), any }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
);
export type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

type Uploads = ReturnType<typeof useUploads>;
const pick = <T>(from: readonly T[], any: number): T | undefined => from[any % from.length];
const fileAt = (any: number): Pipelines => files[any % files.length] ?? files[0];

/** One walk through the lifecycle: takes steps, on whatever there is to take them. */
export class LifecycleWalk {
  /** Versions as jobs read them once, which may be over by now. */
  private readonly read: RenditionVersion[] = [];

  constructor(private readonly uploads: Uploads) {}

  async take(what: Step): Promise<void> {
    try {
      await this.attempt(what);
    } catch (error) {
      // Gone, or landed again as another upload: the client is told so.
      if (!isLandfallError(error) || !['upload.not_found', 'upload.superseded'].includes(error.code))
        throw error;
    }
  }

  /** Does what is still to be done, as jobs and sweeps would. */
  async finish(): Promise<void> {
    for (const { id } of await this.all()) await this.process(id, 0);
    for (const version of await this.pending()) await this.publish(version);
    await this.sweep();
  }

  /** What should not be so once everything is done. */
  async wrongs(): Promise<string[]> {
    const open = (await this.all()).filter(
      ({ status, reprocessingSince }) =>
        status === 'stored' || status === 'processing' || reprocessingSince !== null,
    );
    const pending = await this.pending();
    const chunks = await this.source.getRepository(Chunk).count();
    const due = await this.source.query('SELECT FROM rendition_versions WHERE due_at IS NOT NULL');
    return [
      ...(await this.wrongEvents()),
      ...open.map(({ id, status }) => `${id} is still ${status}`),
      ...pending.map(({ uploadId, name }) => `${name} of ${uploadId} is still pending`),
      ...(chunks > 0 ? [`${chunks} chunks are left`] : []),
      ...((due as unknown[]).length > 0
        ? [`${(due as unknown[]).length} versions are still to be removed`]
        : []),
    ];
  }

  /** The last event of each upload says what its row does. One that was merged before anybody vouched for it has none. */
  private async wrongEvents(): Promise<string[]> {
    const rows = (await this.source.query(
      `SELECT u.id, u.status, e.type, e.data -> 'upload' ->> 'status' AS recorded
       FROM uploads AS u LEFT JOIN LATERAL (
         SELECT * FROM events WHERE upload_id = u.id ORDER BY sequence DESC LIMIT 1) AS e ON true
       WHERE u.proof IS NOT NULL AND (e.id IS NULL AND u.merged_into IS NULL OR e.data -> 'upload' ->> 'status' <> u.status)`,
    )) as { id: string; status: string; type: string | null; recorded: string | null }[];
    return rows.map(
      ({ id, status, type, recorded }) => `${id} is ${status}, its last event is ${type}: ${recorded}`,
    );
  }

  private get source() {
    return this.uploads.database.source;
  }
  private readonly all = () => this.source.getRepository(Upload).find({ order: { id: 'ASC' } });
  private readonly pending = () =>
    this.source.getRepository(RenditionVersion).find({ where: { status: 'pending' }, order: { id: 'ASC' } });

  private async attempt(what: Step): Promise<void> {
    if (what.do === 'sweep') return this.sweep();
    const upload = pick(await this.all(), what.any);
    const version = pick(await this.pending(), what.any);
    if (version) this.read.push(version);
    switch (what.do) {
      case 'land':
        return this.land(what.any, what.isVouchedFor);
      case 'process':
        return upload && this.process(upload.id, what.file);
      case 'store':
        return version && void (await this.reserve(version));
      case 'publish':
        return version && this.publish(version);
      case 'publish late': {
        const late = pick(this.read, what.any);
        return late && this.publish(late);
      }
      case 'fail':
        return version && failVersion(this.source, version, this.reason(what.reason));
      case 'give up':
        return upload && failVersions(this.source, upload.id, 'upload.process', this.reason(what.reason));
      case 'ask again':
        return upload && void (await reprocessUpload(this.source, upload.id, request(fileAt(what.file))));
      case 'cancel':
        return upload && cancelUpload(this.source, upload.id);
      case 'delete':
        return upload && deleteUpload(this.source, upload.id, made);
      case 'cut':
        return upload && this.cut(upload.id);
      case 'encode':
        return this.encode(what.any);
    }
  }

  private reason(any: number): LandfallError {
    return new LandfallError(pick(reasons, any) ?? 'media.damaged');
  }

  /** Two keys and two contents: the same version lands again and again. */
  private async land(any: number, isVouchedFor: boolean): Promise<void> {
    await this.uploads.landed({
      objectKey: `${any % 5 === 0 ? 0 : 1}.jpg`,
      etag: `E${any % 3 === 0 ? 0 : 1}`,
      confirmedAt: null,
      proof: isVouchedFor ? 'url' : null,
    });
  }

  /** What `upload.process` does: it has the version confirmed, plans, and leaves what it planned pending. */
  private async process(id: string, any: number): Promise<void> {
    const upload = await beginRun(this.source, id);
    if (!upload) return;
    const seen = {
      etag: upload.etag ?? 'E',
      sizeBytes: 1,
      mimeType: 'image/jpeg',
      lastModified: new Date(),
      clockAheadMs: 0,
    };
    const rules = { believesAnyone: false, made, ...request(fileAt(any)) };
    const confirmed = await confirmLanding(this.source, id, seen, rules);
    if (!confirmed || confirmed.kind !== null) return;
    const kind = any % 2 === 0 ? 'image' : 'video';
    const mimeType = kind === 'image' ? 'image/jpeg' : 'video/mp4';
    const plan = planRenditions(fileAt(any), { ...confirmed, kind, mimeType, sizeBytes: 1 });
    const { pipeline = null, renditions = [] } = plan ?? {};
    const facts = { kind, mimeType, metadata: {}, warnings: [], pipeline, renditions } as const;
    await recordPlan(this.source, id, facts, { job: 'upload.process', upload: confirmed });
  }

  private async reserve(version: RenditionVersion): Promise<void> {
    await reserveObjects(this.source, version, madeOf(version).objectKey);
  }

  private async publish(version: RenditionVersion): Promise<void> {
    await publishVersion(this.source, version, madeOf(version));
  }

  private async cut(uploadId: string): Promise<void> {
    const streams = (await this.pending()).filter(
      (version) => version.uploadId === uploadId && version.job === 'upload.transcode',
    );
    const ids = streams.map(({ id }) => id);
    await planChunks(this.source, uploadId, { versionIds: ids, works: [{ weight: 1 }, { weight: 0.5 }] });
  }

  private async encode(any: number): Promise<void> {
    const chunks = await this.source
      .getRepository(Chunk)
      .find({ where: { status: 'pending' }, order: { planId: 'ASC', position: 'ASC' } });
    const chunk = pick(chunks, any);
    if (chunk) await finishChunk(this.source, chunk, { made: {} });
  }

  /** As all timers of a worker, long after. */
  private async sweep(): Promise<void> {
    await this.source.query(`UPDATE uploads SET sweep_at = now()`);
    await sweepUploads(this.source, 60_000, never);
    await removeUnconfirmed(this.source, never);
    await this.source.query(
      `UPDATE rendition_versions SET due_at = now() - interval '1 day' WHERE due_at IS NOT NULL`,
    );
    await removeRetired(this.source, async () => {}, 0, { signal: never, logger });
  }
}
