/**
 * image: reads image files (`input/`, `facts/`) and makes their renditions (`renditions/`). Owns sharp, exifr,
 * thumbhash and the decoders.
 *
 * Does not belong here: fetching and storing files, choosing which renditions to make, video. To add a format, add a
 * row to `input/input-formats.ts` or `renditions/plan/output-formats.ts`. Formats that libvips does not read well
 * (HEIC, SVG, PDF, BMP, camera RAW) go through a sandboxed decoder (`decoders/`): a separate thread with limits that
 * converts them to a file for libvips. MALLOC_ARENA_MAX=2, set by the Docker image and `landfall start`, makes glibc
 * return the memory of finished images.
 */
import '#media';

export { configureSharp } from './configure-sharp.js';
export { decoderThreadBytes } from './decoders/sandbox/decoder-task.js';
export { type ImageFacts, readImageFacts, withoutLocation } from './facts/read-image-facts.js';
export { readableType } from './input/input-formats.js';
export { type OpenedImage, openImageFile } from './input/open-image.js';
export type { ImageLimits } from './limits/image-limits.js';
export { writeAnimation } from './renditions/animation/animation-file.js';
export type { RenderedImage } from './renditions/encode-rendition.js';
export type { FocalPoint } from './renditions/plan/rendition-spec.js';
export { compareWith } from './renditions/quality/ssimulacra2.js';
export { renderImages } from './renditions/render-images.js';
export type { ImageSource } from './source/image-source.js';
