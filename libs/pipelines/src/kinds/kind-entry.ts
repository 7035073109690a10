import type { Kind, RenditionSpec, SourceKind } from '#media';
import type { z } from 'zod';

/** The jobs that make renditions of a fresh upload, by their names in the job catalog. */
export type RenditionJob = 'upload.process' | 'upload.render' | 'upload.transcode';

/** Everything the pipelines file and the plan know of a kind of rendition. */
export interface KindEntry<K extends Kind> {
  /** What it is, for the documentation. */
  readonly about: string;
  /** Its fields in the pipelines file, with their defaults and the rules between them. */
  readonly schema: z.ZodObject & z.ZodType<RenditionSpec<K>>;
  /** Which uploads have it. */
  readonly madeOf: readonly SourceKind[];
  /**
   * The job that makes it. What is quick is made first and waits behind nothing (`upload.process`); what takes longer is left to
   * `upload.render`, and what reads the whole of a video or sound to `upload.transcode`.
   * @param mimeType of the upload, as its bytes say
   */
  job(spec: RenditionSpec<K>, mimeType: string): RenditionJob;
  /** The fields that its hash had with their defaults from its first version on: none is ever added or taken away. */
  readonly hashed: readonly string[];
  /** Whether an upload has one at most: it then comes with others from one run of the encoder, which makes one of each. */
  readonly once?: boolean;
}
