import { initWasm, Resvg, type ResvgRenderOptions } from '@resvg/resvg-wasm';
import { readFile } from 'node:fs/promises';
import { boundWasm } from './bound-wasm.ts';
import { bytesBeside, drawingScale, type GuestPicture, GuestRefusal } from './guest-task.ts';

/** Its text goes through JavaScript's heap, at up to two bytes a letter. What is larger takes too long anyway. */
const maxTextBytes = 16 * 1024 ** 2;

/** Debian's ffmpeg brings these. Fonts are never taken from an upload; without any, text is left out. */
const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf', 'DejaVuSerif.ttf', 'DejaVuSansMono.ttf'].map(
  (name) => `/usr/share/fonts/truetype/dejavu/${name}`,
);

/**
 * Draws an SVG with resvg: it knows no scripts, has no network and no files, and follows references only into the
 * document itself. The size told is the drawing's own.
 */
export async function drawSvg(bytes: Uint8Array, maxPixels: number): Promise<GuestPicture> {
  if (bytes.length > maxTextBytes)
    throw new GuestRefusal('media.too_complex', `send an SVG of at most ${maxTextBytes} bytes`);
  // Enough for a drawing of 2048 × 2048 pixels with some twenty layers.
  await initWasm(await boundWasm('@resvg/resvg-wasm/index_bg.wasm', bytesBeside(bytes.length)));
  const text = Buffer.from(bytes).toString('utf8');
  const font = text.includes('<text')
    ? { fontBuffers: await readFonts(), defaultFontFamily: 'DejaVu Sans' }
    : {};
  const { width, height } = parse(text, {});
  const scale = drawingScale(width, height, maxPixels);
  const fitTo = { mode: 'zoom', value: scale } as const;
  const encoded = parse(text, { fitTo, font: { fontBuffers: [], ...font } })
    .render()
    .asPng();
  return { encoded, told: { width: Math.ceil(width), height: Math.ceil(height) } };
}

function parse(text: string, options: ResvgRenderOptions): InstanceType<typeof Resvg> {
  try {
    return new Resvg(text, options);
  } catch (thrown) {
    // A trap has a class of its own; any other error is its word on the document.
    if (!(thrown instanceof Error) || thrown.name !== 'Error') throw thrown;
    if (thrown.message.includes('limit'))
      throw new GuestRefusal('media.too_complex', 'send a simpler drawing');
    throw new GuestRefusal('media.damaged', 'the SVG is not well-formed or has no size');
  }
}

async function readFonts(): Promise<Uint8Array[]> {
  const read = await Promise.allSettled(fontFiles.map((file) => readFile(file)));
  return read.flatMap((font) => (font.status === 'fulfilled' ? [font.value] : []));
}
