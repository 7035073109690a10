import { initWasm, Resvg, type ResvgRenderOptions } from '@resvg/resvg-wasm';
import { boundWasm } from '../sandbox/bound-wasm.ts';
import { bytesBeside, drawingScale, type DecodedPicture, DecoderRefusal } from '../sandbox/decoder-task.ts';
import type { Fonts } from './product-fonts.ts';
import { hasTextElements, lacksGlyphs, textsOf, withoutModifiers, withoutReferences } from './svg-text.ts';

/**
 * Maximum file size: the text is held in the JavaScript heap at up to two bytes per character, and larger files take
 * too long anyway.
 */
const maxTextBytes = 16 * 1024 ** 2;

/**
 * Draws an SVG with resvg, which runs no scripts, has no network or file access and resolves only references within the
 * document. Text uses the fonts that ship with the product. Reports the drawing's intrinsic size.
 */
export async function drawSvg(bytes: Uint8Array, maxPixels: number): Promise<DecodedPicture> {
  if (bytes.length > maxTextBytes)
    throw new DecoderRefusal('media.too_complex', `send an SVG of at most ${maxTextBytes} bytes`);
  const source = Buffer.from(bytes).toString('utf8');
  const hasText = hasTextElements(source);
  const svg = hasText ? withoutModifiers(withoutReferences(source)) : source;
  const fonts = hasText ? await readFonts(svg) : undefined;
  // Enough for a drawing of 2048 × 2048 pixels with about twenty layers.
  await startResvg(bytesBeside(bytes.length + (fonts?.bytes ?? 0)));
  const { width, height } = parseSvg(svg, {});
  const scale = drawingScale(width, height, maxPixels);
  const fitTo = { mode: 'zoom', value: scale } as const;
  const encoded = parseSvg(svg, { fitTo, font: fonts?.options ?? { fontBuffers: [] } })
    .render()
    .asPng();
  const lacks = fonts && lacksGlyphs(textsOf(svg), fonts.coverage);
  return {
    encoded,
    reported: { width: Math.ceil(width), height: Math.ceil(height) },
    warnings: lacks ? ['rendition.missing_glyphs'] : [],
  };
}

/** Loads the fonts; called only for drawings with text. */
async function readFonts(text: string): Promise<Fonts> {
  const { fontsForSvg } = await import('./product-fonts.ts');
  return fontsForSvg(text);
}

/** Initialises resvg; call once per thread, before parsing. */
export async function startResvg(maxBytes: number): Promise<void> {
  await initWasm(await boundWasm('@resvg/resvg-wasm/index_bg.wasm', maxBytes));
}

export function parseSvg(text: string, options: ResvgRenderOptions): InstanceType<typeof Resvg> {
  try {
    return new Resvg(text, options);
  } catch (thrown) {
    // A trap has its own error class; any other error is resvg's verdict on the document.
    if (!(thrown instanceof Error) || thrown.name !== 'Error') throw thrown;
    if (thrown.message.includes('limit'))
      throw new DecoderRefusal('media.too_complex', 'send a simpler drawing');
    throw new DecoderRefusal('media.damaged', 'the SVG is not well-formed or has no size');
  }
}
