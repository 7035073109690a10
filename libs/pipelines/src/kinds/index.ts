import type { Kind, RenditionSpec } from '#media';
import { z } from 'zod';
import { audio } from './audio.js';
import { hls } from './hls.js';
import { image } from './image.js';
import type { KindEntry, RenditionJob } from './kind-entry.js';
import { loop } from './loop.js';
import { mp4 } from './mp4.js';
import { poster } from './poster.js';
import { preview } from './preview.js';
import { storyboard } from './storyboard.js';
import { waveform } from './waveform.js';

const entries = { image, loop, poster, preview, storyboard, hls, mp4, audio, waveform };

/** The catalog of rendition kinds. */
export const kinds: { readonly [K in Kind]: KindEntry<K> } = entries;

const { image: first, ...others } = entries;

/** A rendition as specified in the pipelines file. */
export const renditionSchema = z.discriminatedUnion('kind', [
  first.schema,
  ...Object.values(others).map(({ schema }) => schema),
]);

/**
 * The job that makes a rendition.
 * @param mimeType of the upload, detected from its content
 */
export function jobOf<K extends Kind>(kind: K, spec: RenditionSpec<K>, mimeType: string): RenditionJob {
  return kinds[kind].job(spec, mimeType);
}
