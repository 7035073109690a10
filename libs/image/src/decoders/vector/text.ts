import { DecoderRefusal, type DecoderDone, type TextTask } from '../sandbox/decoder-task.ts';
import { parseSvg, startResvg } from './svg.ts';
import { fontsForMark } from './product-fonts.ts';
import { lacksGlyphs, withoutModifiers } from './svg-text.ts';

/** Memory for fonts, outlines and pixels, twice what was measured. It is needed in addition to the marked picture. */
const maxBytes = 96 * 1024 ** 2;
const maxPixels = 4_000_000;
/** Font size and line distance for the layout, in units of the drawing. */
const fontSize = 100;
const lineHeight = 140;

/**
 * Draws a watermark text in bold, like the text of an SVG, cropped to its ink and as large as fits into the room.
 * Reports the ink's size in arbitrary units. Fails with rendition.watermark_unusable if nothing is visible.
 */
export async function drawText({ text, color, room }: TextTask): Promise<DecoderDone> {
  const fonts = await fontsForMark(text);
  await startResvg(maxBytes);
  const written = withoutModifiers(withoutControls(text));
  const lines = written.split('\n').map((line, index) => {
    const content = line.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    return `<text y="${index * lineHeight}">${content}</text>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1" xml:space="preserve" font-size="${fontSize}" font-weight="bold" fill="${color}">${lines.join('')}</svg>`;
  const outlines = parseSvg(svg, { font: fonts.options });
  const ink = outlines.getBBox();
  if (!ink || ink.width <= 0 || ink.height <= 0)
    throw new DecoderRefusal('rendition.watermark_unusable', 'its text has no visible characters');
  const { x, y, width, height } = ink;
  const scale = Math.min(room.width / width, room.height / height, Math.sqrt(maxPixels / (width * height)));
  const size = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  // resvg has converted the text to paths, which are drawn at the final size without loading the fonts again.
  const paths = outlines.toString().replace(/^<svg[^>]*>/, '');
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${size[0]}" height="${size[1]}" viewBox="${x} ${y} ${width} ${height}" preserveAspectRatio="none">${paths}`;
  return {
    encoded: parseSvg(drawing, { font: { fontBuffers: [] } })
      .render()
      .asPng(),
    reported: { width, height },
    warnings: lacksGlyphs(written, fonts.coverage) ? ['rendition.missing_glyphs'] : [],
  };
}

/** Removes characters that XML does not allow; line breaks become LF, tabs become spaces. */
function withoutControls(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll('\t', ' ')
    .replaceAll(/[^\n\P{Cc}]|[\p{Cs}\u{FFFE}\u{FFFF}]/gu, '');
}
