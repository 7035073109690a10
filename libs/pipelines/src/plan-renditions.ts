import { createHash } from 'node:crypto';
import type { Pipelines, RenditionSpec } from './pipeline-schema.js';

/** What a pipeline matches on. */
export interface Matchable {
  bucket: string;
  objectKey: string;
  kind: 'image' | 'video' | 'audio' | 'other';
}

export interface PlannedRendition {
  name: string;
  kind: RenditionSpec['kind'];
  queue: 'thumbnail' | 'transcode';
  spec: RenditionSpec;
  /** Same spec, same hash: part of the object key, so that a changed preset never overwrites the old result. */
  specHash: string;
}

/** Short work goes to `thumbnail`, so that it never waits behind a transcode. */
const queueOf = {
  image: 'thumbnail',
  poster: 'thumbnail',
  hls: 'transcode',
  mp4: 'transcode',
  audio: 'transcode',
} as const;

/**
 * The renditions that the first matching pipeline wants, in the order of the file; null when none matches.
 * @param name the pipeline that a ticket chose: then only this one, if it is for this kind of media
 */
export function planRenditions(
  { pipelines }: Pipelines,
  upload: Matchable,
  name: string | null = null,
): { pipeline: string; renditions: PlannedRendition[] } | null {
  const wants = ({ match, ...pipeline }: Pipelines['pipelines'][number]) => {
    if (match.kind !== upload.kind) return false;
    if (name !== null) return pipeline.name === name;
    return (
      (match.bucket === undefined || match.bucket === upload.bucket) &&
      (match.prefix === undefined || upload.objectKey.startsWith(match.prefix))
    );
  };
  const pipeline = pipelines.find(wants);
  if (!pipeline) return null;
  const renditions = pipeline.renditions.map((spec) => ({
    name: spec.name,
    kind: spec.kind,
    queue: queueOf[spec.kind],
    spec,
    specHash: hashSpec(spec),
  }));
  return { pipeline: pipeline.name, renditions };
}

/** Twelve hex digits over the spec's fields in a fixed order. */
function hashSpec(spec: RenditionSpec): string {
  const fields = Object.entries(spec).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 12);
}
