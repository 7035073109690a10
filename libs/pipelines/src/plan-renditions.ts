import type { Kind, RenditionSpec } from '#media';
import { hashSpec } from './hash-spec.js';
import { jobOf } from './kinds/index.js';
import type { RenditionJob } from './kinds/kind-entry.js';
import { type Matchable, matches } from './match-schema.js';
import type { Pipelines } from './pipeline-schema.js';

export type Damaged = 'repair' | 'fail';

interface PlannedRendition {
  name: string;
  kind: Kind;
  /** The job that makes it. */
  job: RenditionJob;
  spec: RenditionSpec;
  /** Equal for specs with the same meaning. Part of the object key, so that a changed spec never overwrites an old result. */
  specHash: string;
}

export interface RenditionPlan {
  /** The name of the matching pipeline; if several match because of `continue`, their names joined by `+`. */
  pipeline: string;
  /** Whether one of them keeps the location of the upload. */
  keepLocation: boolean;
  /** What happens to a truncated file. */
  damaged: Damaged;
  /** In the order of the pipelines file. */
  renditions: PlannedRendition[];
}

/**
 * Plans the renditions of the first matching pipeline, and of the following ones while they `continue`; null if none
 * matches.
 * @param name the pipeline that a ticket chose: only this one applies, if it is for this kind of media
 */
export function planRenditions(
  { pipelines }: Pipelines,
  upload: Matchable,
  name: string | null = null,
): RenditionPlan | null {
  const chosen = name === null ? matching(pipelines, upload) : named(pipelines, upload, name);
  if (chosen.length === 0) return null;
  return {
    pipeline: chosen.map((pipeline) => pipeline.name).join('+'),
    keepLocation: chosen.some((pipeline) => pipeline.keepLocation),
    damaged: damagedBy(chosen, upload.kind),
    renditions: chosen.flatMap((pipeline) =>
      pipeline.renditions.map((spec) => ({
        name: spec.name,
        kind: spec.kind,
        job: jobOf(spec.kind, spec, upload.mimeType),
        spec,
        specHash: hashSpec(spec),
      })),
    ),
  };
}

/**
 * What happens to a truncated upload according to the pipelines that planned it.
 * @param upload.pipeline as in `RenditionPlan`
 */
export function damagedOf(
  { pipelines }: Pipelines,
  { pipeline, kind }: { pipeline: string | null; kind: string | null },
): Damaged {
  const names = pipeline?.split('+') ?? [];
  return damagedBy(
    pipelines.filter(({ name, match }) => match.kind === kind && names.includes(name)),
    kind,
  );
}

/**
 * The first pipeline with a setting decides. By default, images are repaired, because a picture without its last rows
 * is useful, whereas half a film seldom is.
 */
function damagedBy(chosen: Pipelines['pipelines'], kind: string | null): Damaged {
  const reported = chosen.find((pipeline) => pipeline.damaged !== undefined)?.damaged;
  return reported ?? (kind === 'video' || kind === 'audio' ? 'fail' : 'repair');
}

function matching(pipelines: Pipelines['pipelines'], upload: Matchable): Pipelines['pipelines'] {
  const all = pipelines.filter(({ match }) => matches(match, upload));
  const last = all.findIndex((pipeline) => !pipeline.continue);
  return last === -1 ? all : all.slice(0, last + 1);
}

function named(pipelines: Pipelines['pipelines'], upload: Matchable, name: string): Pipelines['pipelines'] {
  return pipelines.filter((pipeline) => pipeline.name === name && pipeline.match.kind === upload.kind);
}
