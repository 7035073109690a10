import type { JobContext } from '#jobs';
import type { PosterSpec, PreviewSpec, StoryboardSpec } from '#pipelines';
import type { RenditionVersion, Upload } from '#uploads';
import { makePoster, makePreview, makeStoryboard, type MediaFacts } from '#video';
import { type MadeRendition } from '#media';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeEach } from '../make-each.js';
import { publishFiles } from '../../publish/publish-files.js';
import type { WorkerContext } from '../../worker-context.js';

/** A video that is read through a range proxy. */
export interface ProxiedVideo {
  url: string;
  facts: MediaFacts;
}

/** Makes the posters, previews and storyboards of a video one after the other, and publishes each. */
export async function makeStills(
  worker: WorkerContext,
  upload: Upload,
  pending: readonly RenditionVersion[],
  video: ProxiedVideo,
  context: JobContext,
): Promise<void> {
  const { signal } = context;
  await worker.scratch.withFolder(async (folder) => {
    const each = pending.map((rendition) => [rendition]);
    await makeEach(worker, each, context, async (part) => {
      for (const rendition of part) {
        const outDir = join(folder, rendition.name);
        await mkdir(outDir);
        const made = await makeStill(worker, rendition, video, outDir, signal);
        await publishFiles(worker, upload, rendition, made, outDir, signal);
      }
    });
  });
}

async function makeStill(
  { tools }: WorkerContext,
  { kind, spec }: RenditionVersion,
  { url, facts }: ProxiedVideo,
  outDir: string,
  signal: AbortSignal,
): Promise<MadeRendition> {
  if (kind === 'preview') return makePreview(tools, url, facts, spec as PreviewSpec, outDir, signal);
  if (kind === 'storyboard') return makeStoryboard(tools, url, facts, spec as StoryboardSpec, outDir, signal);
  const path = 'poster';
  const poster = await makePoster(tools, url, facts, spec as PosterSpec, join(outDir, path), signal);
  const { width, height, mimeType } = poster;
  return {
    files: [{ path, mimeType }],
    main: path,
    width,
    height,
    durationMs: null,
    encoder: null,
    details: {},
  };
}
