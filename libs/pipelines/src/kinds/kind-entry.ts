import type { Kind, RenditionSpec, SourceKind } from '#media';
import type { z } from 'zod';

/** The jobs that make renditions of a new upload, by their names in the job catalog. */
export type RenditionJob = 'upload.process' | 'upload.render' | 'upload.transcode';

/** Everything that the pipelines file and the plan need to know about a kind of rendition. */
export interface KindEntry<K extends Kind> {
  /** Description for the documentation. */
  readonly about: string;
  /** The fields in the pipelines file, with their defaults and cross-field rules. */
  readonly schema: z.ZodObject & z.ZodType<RenditionSpec<K>>;
  /** The kinds of upload it can be made from. */
  readonly madeOf: readonly SourceKind[];
  /**
   * The job that makes it: `upload.process` for quick renditions, which run first and wait for nothing; `upload.render`
   * for slower ones; `upload.transcode` for those that read a whole video or audio file.
   * @param mimeType of the upload, detected from its content
   */
  job(spec: RenditionSpec<K>, mimeType: string): RenditionJob;
  /**
   * The fields that the hash includes even if they have their default. Fixed since the first version: never add or
   * remove one.
   */
  readonly hashed: readonly string[];
  /** Whether an upload has at most one rendition of this kind, because a single encoder run makes one of each such kind. */
  readonly once?: boolean;
}
