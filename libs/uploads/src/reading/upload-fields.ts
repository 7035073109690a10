import type { Kind } from '#media';
import { findContradictions } from './image-info-contradictions.js';
import type { Rendition } from '../rows/rendition.entity.js';
import type { Upload } from '../rows/upload.entity.js';
import { type RenditionView, type UploadView, uploadViewSchema } from './upload-view.js';

/** An upload as read for the API. */
export interface UploadWithRenditions {
  upload: Upload;
  renditions: Rendition[];
  /** The upload of the newest version of the same object; null if this one is unconfirmed, unproven or deleted. */
  currentId: string | null;
  /** Hamming distance from the upload asked for; only for near duplicates. */
  distance?: number;
}

/** Signs the URL of a rendition that has an object. */
export type SignRendition = (
  upload: Pick<Upload, 'id' | 'bucket'>,
  rendition: Rendition,
) => { url: string; dashUrl?: string; expiresAt: Date };

/** A field of an upload as the API shows it. */
export type UploadField = keyof UploadView;
export const uploadFields = Object.keys(uploadViewSchema.shape) as [UploadField, ...UploadField[]];
/** An upload with only the requested fields and its id. */
type PartialUploadView = Pick<UploadView, 'id'> & Partial<UploadView>;

type Column = keyof Upload;
type Seen<Columns extends Column> = Omit<UploadWithRenditions, 'upload'> & { upload: Pick<Upload, Columns> };
/** The columns that a field needs, and how it is shown. */
interface FieldSource<Value> {
  columns: readonly Column[];
  also?: 'renditions' | 'current' | undefined;
  view(seen: UploadWithRenditions, sign: SignRendition): Value;
}

/** A field that reads only these columns, as the compiler enforces. */
function from<const Columns extends Column, Value>(
  columns: readonly Columns[],
  view: (seen: Seen<Columns>, sign: SignRendition) => Value,
  also?: FieldSource<Value>['also'],
): FieldSource<Value> {
  return { columns, view, also };
}

/** Every field in the order in which it is shown. */
const sources: { [Field in UploadField]: FieldSource<UploadView[Field]> } = {
  id: from(['id'], ({ upload }) => upload.id),
  bucket: from(['bucket'], ({ upload }) => upload.bucket),
  objectKey: from(['objectKey'], ({ upload }) => upload.objectKey),
  etag: from(['etag'], ({ upload }) => upload.etag),
  sizeBytes: from(['sizeBytes'], ({ upload }) => numberOf(upload.sizeBytes)),
  mimeType: from(['mimeType'], ({ upload }) => upload.mimeType),
  imageInfo: from(['imageInfo'], ({ upload }) => upload.imageInfo),
  contradictions: from(['imageInfo', 'metadata'], ({ upload }) => findContradictions(upload)),
  vars: from(['vars'], ({ upload }) => upload.vars),
  claimedVars: from(['claimedVars'], ({ upload }) => upload.claimedVars ?? {}),
  title: from(['title'], ({ upload }) => upload.title),
  tags: from(['tags'], ({ upload }) => upload.tags),
  labels: from(['labels'], ({ upload }) => upload.labels),
  proof: from(['proof'], ({ upload }) => upload.proof),
  requestId: from(['requestId'], ({ upload }) => upload.requestId),
  current: from(['id'], ({ upload, currentId }) => currentId === upload.id, 'current'),
  supersededBy: from(
    ['id'],
    ({ upload, currentId }) => (currentId === upload.id ? null : currentId),
    'current',
  ),
  kind: from(['kind'], ({ upload }) => upload.kind),
  status: from(['status'], ({ upload }) => upload.status),
  error: from(['errorCode', 'errorMessage'], ({ upload }) => viewError(upload)),
  warnings: from(
    ['warnings'],
    ({ upload, renditions }) => [
      ...new Set([...upload.warnings, ...renditions.flatMap(({ warnings }) => warnings)]),
    ],
    'renditions',
  ),
  pipeline: from(['pipeline'], ({ upload }) => upload.pipeline),
  source: from(['source'], ({ upload }) => upload.source),
  metadata: from(['metadata', 'rawTags'], ({ upload }) => ({
    ...upload.metadata,
    ...(upload.rawTags ? { raw: upload.rawTags } : {}),
  })),
  placeholder: from(
    ['placeholder'],
    ({ upload }) => upload.placeholder && { colors: [], ...upload.placeholder },
  ),
  perceptualHash: from(['perceptualHash'], ({ upload: { perceptualHash } }) =>
    perceptualHash === null ? null : BigInt(perceptualHash).toString(16).padStart(16, '0'),
  ),
  distance: from(['id'], ({ distance }) => distance),
  renditions: from(
    ['id', 'bucket'],
    ({ upload, renditions }, sign) => renditions.map((rendition) => viewRendition(upload, rendition, sign)),
    'renditions',
  ),
  createdAt: from(['createdAt'], ({ upload }) => upload.createdAt.toISOString()),
  updatedAt: from(['updatedAt'], ({ upload }) => upload.updatedAt.toISOString()),
  readyAt: from(['readyAt'], ({ upload }) => upload.readyAt?.toISOString() ?? null),
};

/** Converts rows to the format of the API; only renditions with an object have a URL. */
export function viewUpload(seen: UploadWithRenditions, sign: SignRendition): UploadView {
  return viewFields(seen, uploadFields, sign) as UploadView;
}

/** Like `viewUpload`, with only these fields and the id. */
export function viewFields(
  seen: UploadWithRenditions,
  fields: readonly UploadField[],
  sign: SignRendition,
): PartialUploadView {
  const wanted = new Set<UploadField>(['id', ...fields]);
  const entries = uploadFields
    .filter((field) => wanted.has(field))
    .map((field) => [field, sources[field].view(seen, sign)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as PartialUploadView;
}

/** What must be read to show these fields; never the raw tags, which lists omit. */
export function readsOf(fields: readonly UploadField[]): {
  columns: Column[];
  renditions: boolean;
  current: boolean;
} {
  const read = fields.map((field) => sources[field]);
  const columns = new Set<Column>(['id', ...read.flatMap((source) => source.columns)]);
  columns.delete('rawTags');
  return {
    columns: [...columns],
    renditions: read.some(({ also }) => also === 'renditions'),
    current: read.some(({ also }) => also === 'current'),
  };
}

function viewRendition(
  upload: Pick<Upload, 'id' | 'bucket'>,
  rendition: Rendition,
  sign: SignRendition,
): RenditionView {
  const signed = rendition.objectKey === null ? null : sign(upload, rendition);
  return {
    name: rendition.name,
    // Only kinds of the catalog are planned.
    kind: rendition.kind as Kind,
    status: rendition.status,
    mimeType: rendition.mimeType,
    width: rendition.width,
    height: rendition.height,
    sizeBytes: numberOf(rendition.sizeBytes),
    durationMs: rendition.durationMs,
    objectKey: rendition.objectKey,
    url: signed?.url ?? null,
    ...(signed?.dashUrl === undefined ? {} : { dashUrl: signed.dashUrl }),
    urlExpiresAt: signed?.expiresAt.toISOString() ?? null,
    progress: rendition.progress,
    speed: rendition.speed,
    encoder: rendition.encoder,
    details: { ...rendition.details },
    warnings: rendition.warnings,
    ...(rendition.log === undefined ? {} : { log: rendition.log }),
    error: viewError(rendition),
  };
}

function viewError(row: { errorCode: string | null; errorMessage: string | null }): UploadView['error'] {
  return row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? '' };
}

/** bigint comes as text from the driver. */
function numberOf(column: string | null): number | null {
  return column === null ? null : Number(column);
}
