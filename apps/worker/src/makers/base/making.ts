import type { OpenedImage } from '#image';
import type { Kind, MadeRendition } from '#media';
import type { Upload } from '#uploads';
import type { MediaFacts, VideoWork } from '#video';
import { publishFiles, type Publishing } from '../../publish/publish-files.js';
import type { RunContext } from '../../runs/run-work.js';
import type { WorkerContext } from '../../worker-context.js';
import type { Pending, PendingRow } from './pending.js';

/** An opened picture. `folder` belongs to the job and is removed when it ends. */
export type ImageAtHand = OpenedImage & { readonly folder: string };

/** A video or audio file. `folder` belongs to the job and is removed when it ends. */
export interface MediaAtHand {
  /** A local path, or the URL of a range proxy. */
  readonly source: string;
  readonly facts: MediaFacts;
  readonly folder: string;
}

/** The sources that renditions are made from, by how they are read. */
export interface Sources {
  /** A picture, or the first page of a document, opened as a whole. */
  picture: ImageAtHand;
  /** A video read by byte ranges, not downloaded. */
  ranges: MediaAtHand;
  /** A video or audio file that was downloaded. */
  original: MediaAtHand;
}

/** Context for making the pending renditions of one upload. */
export interface Making<Source = unknown> {
  readonly worker: WorkerContext;
  readonly upload: Upload;
  readonly context: RunContext;
  readonly source: Source;
}

/** Renditions made together, from one decode. An error that `make` throws applies to all of them. */
export interface Part {
  readonly renditions: readonly PendingRow[];
  make(): Promise<void>;
}

/** Makes some kinds of rendition from one kind of source, and publishes each as soon as it is made. */
export interface MakerFrom<From extends keyof Sources, K extends Kind> {
  readonly from: From;
  /**
   * Groups the pending renditions of its kinds into parts. Called once per source, so parts may share intermediate
   * results.
   */
  readonly divide: (own: readonly Pending<K>[], making: Making<Sources[From]>) => Part[];
}

/** A maker of one kind of rendition, from any source. */
export type Maker<K extends Kind> = { [From in keyof Sources]: MakerFrom<From, K> }[keyof Sources];

/** One part for each rendition. */
export function oneByOne<K extends Kind>(
  own: readonly Pending<K>[],
  make: (rendition: Pending<K>) => Promise<void>,
): Part[] {
  return own.map((rendition) => ({ renditions: [rendition], make: () => make(rendition) }));
}

/** One part for all renditions. */
export function together<K extends Kind>(own: readonly Pending<K>[], make: () => Promise<void>): Part[] {
  return [{ renditions: own, make }];
}

/**
 * The input of the encoders in `#video`.
 * @param of the renditions whose progress it reports
 * @param outDir an existing folder
 */
export function videoWork(
  { worker, context, source }: Making<MediaAtHand>,
  of: readonly PendingRow[],
  outDir = source.folder,
): VideoWork {
  return {
    tools: worker.tools,
    source: source.source,
    facts: source.facts,
    outDir,
    limits: worker.limits.video,
    signal: context.signal,
    onProgress: (progress) => context.report(of, progress),
  };
}

/** Stores and publishes the files that were made for a rendition in `outDir`. */
export async function publishMade(
  making: Making,
  rendition: PendingRow,
  made: MadeRendition,
  outDir: string,
): Promise<void> {
  await publishFiles(publishingOf(making), rendition, made, outDir);
}

/** The publishing context of a making. */
export function publishingOf({ worker, upload, context }: Making): Publishing {
  return { worker, upload, signal: context.signal };
}
