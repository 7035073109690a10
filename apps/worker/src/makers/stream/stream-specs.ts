import type { RenditionSpec } from '#media';
import { readSpec } from '#pipelines';
import { streamKey, type Upload } from '#uploads';
import type { LadderPlan, VideoSpecs } from '#video';
import type { PendingRow } from '../base/pending.js';
import type { WorkerContext } from '../../worker-context.js';

/** A row that may be a stream, depending on its kind. */
type Streamed = PendingRow & { readonly spec: object };

/** The renditions of a video that are made from one decode: at most one of each kind. */
export interface Streams<One extends Streamed = Streamed> {
  hls: (One & { readonly spec: RenditionSpec<'hls'> }) | undefined;
  mp4: (One & { readonly spec: RenditionSpec<'mp4'> }) | undefined;
}

/** The first rendition of each stream kind, with its parsed spec. @throws LandfallError rendition.kind_unknown */
export function streamsOf<One extends Streamed>(renditions: readonly One[]): Streams<One> {
  const streams: Streams<One> = { hls: undefined, mp4: undefined };
  for (const rendition of renditions) {
    const spec = readSpec(rendition.kind, rendition.spec);
    if (spec.kind === 'hls') streams.hls ??= { ...rendition, spec };
    if (spec.kind === 'mp4') streams.mp4 ??= { ...rendition, spec };
  }
  return streams;
}

/** The specs to pass to `#video`. @param ladder for a video cut into chunks, the ladder planned for all of them */
export function specsOf({ hls, mp4 }: Streams, ladder?: LadderPlan): VideoSpecs {
  return {
    ...(hls ? { hls: hls.spec } : {}),
    ...(mp4 ? { mp4: mp4.spec } : {}),
    ...(ladder ? { ladder } : {}),
  };
}

/** The renditions that are present, HLS first. */
export function presentOf<One extends Streamed>({ hls, mp4 }: Streams<One>): One[] {
  return [hls, mp4].filter((rendition) => rendition !== undefined);
}

/** The AES-128 key if the stream is encrypted, created on first use. */
export async function keyOf(
  { source }: WorkerContext,
  { id }: Upload,
  { hls }: Streams,
): Promise<{ key?: Buffer }> {
  const isEncrypted = hls?.spec.encryption === 'aes-128';
  return isEncrypted ? { key: await streamKey(source, id, hls.name, hls.specHash) } : {};
}
