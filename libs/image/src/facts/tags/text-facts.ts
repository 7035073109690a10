import type { ExifBlocks } from './exif-tags.js';
import type { IptcTags } from './iptc-tags.js';
import { plainText } from './tag-text.js';
import type { XmpTags } from './xmp-tags.js';

/** Texts that people wrote about the picture. */
export interface TextFacts {
  title: string | null;
  description: string | null;
  keywords: string[];
  copyright: string | null;
  artist: string | null;
}

const maxTextLength = 2_000;
const maxKeywordLength = 100;
const maxKeywords = 100;

/** Reads each text from XMP, which current software uses, else IPTC, else EXIF; keywords are merged from all three. */
export function findTexts({ image }: ExifBlocks, iptc: IptcTags, xmp: XmpTags): TextFacts {
  return {
    title: firstText(xmp.get('dc:title'), iptc.get('ObjectName'), image.get('XPTitle')),
    description: firstText(
      xmp.get('dc:description'),
      iptc.get('Caption'),
      image.get('ImageDescription'),
      image.get('XPComment'),
    ),
    keywords: uniteKeywords(
      textsOf(xmp.get('dc:subject')),
      textsOf(iptc.get('Keywords')),
      textsOf(image.get('XPKeywords')).flatMap((text) => text.split(';')),
    ),
    copyright: firstText(xmp.get('dc:rights'), iptc.get('CopyrightNotice'), image.get('Copyright')),
    artist: firstText(xmp.get('dc:creator'), iptc.get('Byline'), image.get('Artist'), image.get('XPAuthor')),
  };
}

/** Joins the texts of a list, for example several artists, with commas. */
function firstText(...values: unknown[]): string | null {
  return (
    values
      .map((value) => plainText(textsOf(value).join(', '), maxTextLength))
      .find((text) => text !== null) ?? null
  );
}

/** The texts of a single value or a list. */
function textsOf(value: unknown): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((item) => typeof item === 'string');
}

function uniteKeywords(...lists: string[][]): string[] {
  const texts = lists.flat().map((text) => plainText(text, maxKeywordLength));
  return [...new Set(texts.filter((text) => text !== null))].slice(0, maxKeywords);
}
