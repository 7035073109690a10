/**
 * image: the facts of an image file (`facts/`), its renditions (`renditions/`) and its placeholder. Owns sharp, exifr,
 * thumbhash and the decoders of the guests.
 *
 * Does not belong here: where files come from and go to, which renditions are wanted, video.
 * One more format is one more row in `input-formats.ts` or `renditions/output-formats.ts`. What libvips does not read well
 * (HEIC, SVG, PDF, BMP, camera RAW) goes through a guest (`guests/`): a decoder in a thread of its own, which makes a file
 * for libvips of it. MALLOC_ARENA_MAX=2, set by the start script, keeps glibc from holding on to finished images' memory.
 */
export { configureSharp } from './configure-sharp.js';
export { guestThreadBytes } from './decoders/sandbox/decoder-task.js';
export { type ImageFacts, readImageFacts, withoutLocation } from './facts/read-image-facts.js';
export type { ImageLimits } from './input/image-header.js';
export type { ImageSource } from './input/image-source.js';
export { readableType } from './input/input-formats.js';
export { type OpenedImage, openImageFile } from './input/open-image.js';
export { writeAnimation } from './renditions/animation/animation-file.js';
export type { RenderedImage } from './renditions/encode-rendition.js';
export { renderImages } from './renditions/render-images.js';
export type { FocalPoint, ImageRenditionSpec } from './renditions/rendition-spec.js';
