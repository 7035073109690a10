import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { CustomFontsOptions } from '@resvg/resvg-wasm';
import { type CodeRange, readCmap } from './read-cmap.ts';
import { withoutLatin, withoutLigatures } from './patch-font.ts';

/**
 * The fonts that come with the product, from npm packages; the fonts of the machine are never read,
 * so that a text looks the same everywhere. If the requested font lacks a character, resvg searches
 * the other fonts in the given order.
 */
interface Face {
  /** What Node resolves to a file of the package; `file` is told from there. */
  readonly resolves: string;
  readonly file: string;
  readonly patch?: (font: Uint8Array) => void;
}

const hans = (weight: string): Face => ({
  resolves: '@embedpdf/fonts-sc',
  file: `../fonts/NotoSansHans-${weight}.otf`,
  patch: withoutLigatures,
});
const emoji = (weight: string): Face => ({
  resolves: '@expo-google-fonts/noto-emoji/package.json',
  file: `${weight}/NotoEmoji_${weight}.ttf`,
  patch: (font) => {
    withoutLigatures(font);
    withoutLatin(font);
  },
});
const dejaVu = (name: string, text: string): Face => ({
  resolves: 'dejavu-fonts-ttf/package.json',
  file: `ttf/DejaVu${name}.ttf`,
  patch: (font) => withoutLigatures(font, foreignToDejaVu.test(text)),
});

/** Beside these, Arabic cannot have its ligatures, which it needs otherwise (see `withoutLigatures`). */
const foreignToDejaVu =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u{1F300}-\u{1F5FF}\u{1F650}-\u{1FAFF}]/u;

/** What is drawn in for a text that names a font which is not there, or none. */
const defaultFontFamily = 'Noto Sans Hans';

export interface Fonts {
  readonly options: CustomFontsOptions;
  /** What they take, in bytes, here and in resvg each. */
  readonly bytes: number;
  /** Which code points each font has a glyph for. */
  readonly coverage: () => CodeRange[][];
}

/** The fonts that an SVG's text may need. The bold ones are large, and seldom meant. */
export function fontsForSvg(text: string): Promise<Fonts> {
  // `font:` is the shorthand property, which may hold a number as the weight.
  const bold = /bold|weight|font\s*:/i.test(text);
  return readFonts([
    hans('Regular'),
    ...(bold ? [hans('Bold')] : []),
    emoji('400Regular'),
    dejaVu('Sans', text),
    ...(bold ? [dejaVu('Sans-Bold', text)] : []),
    ...(text.includes('DejaVu Sans Mono') ? [dejaVu('SansMono', text)] : []),
    ...(text.includes('DejaVu Serif') ? [dejaVu('Serif', text)] : []),
  ]);
}

/** The fonts of a watermark's text. */
export function fontsForMark(text: string): Promise<Fonts> {
  return readFonts([hans('Bold'), emoji('700Bold'), dejaVu('Sans-Bold', text)]);
}

async function readFonts(faces: readonly Face[]): Promise<Fonts> {
  const { resolve } = createRequire(import.meta.url);
  const fontBuffers = await Promise.all(
    faces.map(async ({ resolves, file }) => readFile(join(dirname(resolve(resolves)), file))),
  );
  const coverage = () => fontBuffers.map((font) => readCmap(font));
  for (const [index, font] of fontBuffers.entries()) faces[index]?.patch?.(font);
  return {
    options: { fontBuffers, defaultFontFamily },
    bytes: fontBuffers.reduce((sum, { length }) => sum + length, 0),
    coverage,
  };
}
