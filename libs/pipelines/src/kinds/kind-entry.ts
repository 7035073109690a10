import type { Kind, RenditionSpec, SourceKind } from '#media';
import type { z } from 'zod';

/** The jobs that make renditions of a fresh upload, by their names in the job catalog. */
export type RenditionJob = 'upload.process' | 'upload.render' | 'upload.transcode';

/** Everything that the pipelines file and the plan need to know about a kind of rendition. */
export interface KindEntry<K extends Kind> {
  /** Description for the documentation. */
  readonly about: string;
  /** The fields in the pipelines file, with their defaults and the rules between them. */
  readonly schema: z.ZodObject & z.ZodType<RenditionSpec<K>>;
  /** The kinds of upload it can be made from. */
  readonly madeOf: readonly SourceKind[];
  /**
   * The job that makes it. `upload.process` makes quick renditions first and waits for nothing;
   * `upload.render` makes those that take longer, and `upload.transcode` those that read a whole
   * video or sound.
   * @param mimeType of the upload, detected from its content
   */
  job(spec: RenditionSpec<K>, mimeType: string): RenditionJob;
  /**
   * The fields that the hash includes even with their default, since the first version: never add
   * or remove one.
   */
  readonly hashed: readonly string[];
  /** Whether an upload has at most one: a single run of the encoder makes one of each such kind. */
  readonly once?: boolean;
}
