import type { HlsSpec, Mp4Spec } from '#pipelines';
import { type RenditionVersion, streamKey, type Upload } from '#uploads';
import type { VideoSpecs } from '#video';
import type { WorkerContext } from '../../worker-context.js';

/** The renditions of a video that come from one decode; there is at most one of each. */
export interface Streams<One extends RenditionVersion = RenditionVersion> {
  hls: One | undefined;
  mp4: One | undefined;
}

export function streamsOf<One extends RenditionVersion>(renditions: readonly One[]): Streams<One> {
  return {
    hls: renditions.find(({ kind }) => kind === 'hls'),
    mp4: renditions.find(({ kind }) => kind === 'mp4'),
  };
}

export function specsOf({ hls, mp4 }: Streams): VideoSpecs {
  return {
    ...(hls ? { hls: hls.spec as HlsSpec } : {}),
    ...(mp4 ? { mp4: mp4.spec as Mp4Spec } : {}),
  };
}

export function presentOf<One extends RenditionVersion>({ hls, mp4 }: Streams<One>): One[] {
  return [hls, mp4].filter((rendition) => rendition !== undefined);
}

/** The key of a stream that is encrypted. */
export async function keyOf(
  { source }: WorkerContext,
  { id }: Upload,
  { hls }: Streams,
): Promise<{ key?: Buffer }> {
  const isEncrypted = hls && (hls.spec as HlsSpec).encryption === 'aes-128';
  return isEncrypted ? { key: await streamKey(source, id, hls.name, hls.specHash) } : {};
}
