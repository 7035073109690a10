import type { OpenedImage } from '#image';
import type { Kind, MadeRendition } from '#media';
import type { Upload } from '#uploads';
import type { MediaFacts, VideoWork } from '#video';
import { publishFiles, type Publishing } from '../../publish/publish-files.js';
import type { RunContext } from '../../runs/run-work.js';
import type { WorkerContext } from '../../worker-context.js';
import type { Pending, PendingRow } from './pending.js';

/** An opened picture. `folder` is this job's own and goes with the work. */
export type ImageAtHand = OpenedImage & { readonly folder: string };

/** A video or audio file. `folder` is this job's own and goes with the work. */
export interface MediaAtHand {
  /** A local path, or the URL of a range proxy. */
  readonly source: string;
  readonly facts: MediaFacts;
  readonly folder: string;
}

/** What renditions are made from, by how it is read. */
export interface Sources {
  /** A picture, or the first page of a document, opened as a whole. */
  picture: ImageAtHand;
  /** A video of which only ranges are read. */
  ranges: MediaAtHand;
  /** A video or audio file that was downloaded. */
  original: MediaAtHand;
}

/** The making of what is pending of one upload. */
export interface Making<Source = unknown> {
  readonly worker: WorkerContext;
  readonly upload: Upload;
  readonly context: RunContext;
  readonly source: Source;
}

/** Renditions that are made at once, from one decode: they are ready, or fail, together. */
export interface Part {
  readonly renditions: readonly PendingRow[];
  make(): Promise<void>;
}

/** Makes some kinds of rendition from one kind of source, and publishes each as soon as it is made. */
export interface MakerFrom<From extends keyof Sources, K extends Kind> {
  readonly from: From;
  /**
   * Divides what is pending of its kinds into what is made at once. Called once for a job: parts may share what one of them
   * found out.
   */
  readonly divide: (own: readonly Pending<K>[], making: Making<Sources[From]>) => Part[];
}

/** Who makes a kind of rendition. */
export type Maker<K extends Kind> = { [From in keyof Sources]: MakerFrom<From, K> }[keyof Sources];

/** Each on its own. */
export function oneByOne<K extends Kind>(
  own: readonly Pending<K>[],
  make: (rendition: Pending<K>) => Promise<void>,
): Part[] {
  return own.map((rendition) => ({ renditions: [rendition], make: () => make(rendition) }));
}

/** All at once. */
export function together<K extends Kind>(own: readonly Pending<K>[], make: () => Promise<void>): Part[] {
  return [{ renditions: own, make }];
}

/**
 * What room `video` works with.
 * @param of the renditions that are shown to advance with it
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

/** Stores and publishes what was made of a rendition in `outDir`. */
export async function publishMade(
  making: Making,
  rendition: PendingRow,
  made: MadeRendition,
  outDir: string,
): Promise<void> {
  await publishFiles(publishingOf(making), rendition, made, outDir);
}

/** What files are published with. */
export function publishingOf({ worker, upload, context }: Making): Publishing {
  return { worker, upload, signal: context.signal };
}
