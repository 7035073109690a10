/**
 * image: the facts of an image file, its renditions and its placeholder. Owns sharp, exifr and thumbhash.
 *
 * Does not belong here: where files come from and go to, which renditions are wanted, video.
 * One more format is one more row in `input-formats.ts` or `output-formats.ts`. SVG is refused: it draws from outside references and its drawing
 * cannot be stopped by a time limit. HEIC and JPEG XL are refused: the prebuilt libvips has no decoder for them.
 * The start script sets MALLOC_ARENA_MAX=2: glibc's arenas otherwise keep the memory of finished images.
 */
export { configureSharp } from './configure-sharp.js';
export type { ImageLimits } from './image-header.js';
export { readImageFacts, type ImageFacts } from './read-image-facts.js';
export { renderImages, type RenderedImage } from './render-images.js';
export type { ImageRenditionSpec } from './rendition-size.js';
export type { Placeholder } from './placeholder.js';
