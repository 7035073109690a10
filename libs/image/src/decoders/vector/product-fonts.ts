import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { CustomFontsOptions } from '@resvg/resvg-wasm';
import { type CodeRange, readCmap } from './read-cmap.ts';
import { withoutLatin, withoutLigatures } from './patch-font.ts';

/**
 * A font that ships with the product in an npm package. System fonts are never used, so text looks the same everywhere.
 * If the requested font lacks a character, resvg searches the others in the given order.
 */
interface Face {
  /** A module specifier that resolves to a file in the package; `file` is relative to its folder. */
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

/** Characters that DejaVu lacks. Beside them Arabic must do without its required ligatures (see `withoutLigatures`). */
const foreignToDejaVu =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u{1F300}-\u{1F5FF}\u{1F650}-\u{1FAFF}]/u;

/** The family for text that names no font, or none that is available. */
const defaultFontFamily = 'Noto Sans Hans';

export interface Fonts {
  readonly options: CustomFontsOptions;
  /** Their total size in bytes, needed twice: here and in resvg. */
  readonly bytes: number;
  /** The code points for which each font has a glyph. */
  readonly coverage: () => CodeRange[][];
}

/** Loads the fonts for an SVG's text. The bold ones are large and rarely needed, so they are loaded only on demand. */
export function fontsForSvg(text: string): Promise<Fonts> {
  // The shorthand property `font:` may contain a numeric weight.
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

/** Loads the fonts for a watermark text. */
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
