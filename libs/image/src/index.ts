/**
 * image: what an image file is (`input/`, `facts/`), and its renditions (`renditions/`). Owns sharp, exifr, thumbhash and the
 * decoders.
 *
 * Does not belong here: where files come from and go to, which renditions are wanted, video.
 * A new format is a row in `input/input-formats.ts` or `renditions/plan/output-formats.ts`. What libvips does not read well (HEIC,
 * SVG, PDF, BMP, camera RAW) goes through a sandboxed decoder (`decoders/`): it runs in a thread of its own, with limits, and
 * makes a file for libvips. MALLOC_ARENA_MAX=2, set by the start script, keeps glibc from holding on to the memory of
 * finished images.
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
