/**
 * image: the facts of an image file, its renditions and its placeholder. Owns sharp, exifr, thumbhash and the guests' decoders.
 *
 * Does not belong here: where files come from and go to, which renditions are wanted, video.
 * One more format is one more row in `input-formats.ts` or `output-formats.ts`. What libvips does not read well (HEIC, SVG, PDF, BMP, camera RAW)
 * goes through a guest: a decoder in a thread of its own, `guest-….ts`, that makes a file for libvips of it.
 * The start script sets MALLOC_ARENA_MAX=2: glibc's arenas otherwise keep the memory of finished images.
 */
export { configureSharp } from './configure-sharp.js';
export type { ImageLimits } from './image-header.js';
export { readableType } from './input-formats.js';
export type { ImageSource } from './image-source.js';
export { openImageFile, type OpenedImage } from './open-image.js';
export { readImageFacts, withoutLocation, type ImageFacts } from './read-image-facts.js';
export { renderImages } from './render-images.js';
export type { RenderedImage } from './encode-rendition.js';
export type { FocalPoint, ImageRenditionSpec, RenderExtras } from './rendition-spec.js';
export type { Placeholder } from './placeholder.js';
