import { DecoderRefusal, type DecoderDone, type TextTask } from '../sandbox/decoder-task.ts';
import { parseSvg, startResvg } from './svg.ts';
import { fontsForMark } from './product-fonts.ts';
import { lacksGlyphs, withoutModifiers } from './svg-text.ts';

/** For the fonts, the outlines and the pixels: half of it by measurement. It comes beside the picture that is marked. */
const maxBytes = 96 * 1024 ** 2;
const maxPixels = 4_000_000;
/** What the text is laid out at, and from one line to the next, in units of the drawing. */
const fontSize = 100;
const lineHeight = 140;

/**
 * Draws the text of a watermark, bold, as an SVG's text is drawn: as large as fits into the room, and as wide and high as its
 * ink. The size told is the ink's, in units of no meaning. Fails with rendition.watermark_unusable where there is none.
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
  // What resvg has made of the text are paths: without the fonts again, they are drawn at the size that is known now.
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

/** XML has no controls but these three, of which a tab is a space here. */
function withoutControls(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll('\t', ' ')
    .replaceAll(/[^\n\P{Cc}]|[\p{Cs}\u{FFFE}\u{FFFF}]/gu, '');
}
