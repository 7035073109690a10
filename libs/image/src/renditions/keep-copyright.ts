import type { Metadata, Sharp } from 'sharp';
import { readExifTags } from '../facts/tags/exif-tags.js';
import { readIptcTags } from '../facts/tags/iptc-tags.js';
import { plainText } from '../facts/tags/tag-text.js';
import { readXmpTags, type XmpValue } from '../facts/tags/xmp-tags.js';

/** The artist of a picture and its copyright notice. */
export interface Credits {
  artist: string | null;
  notice: string | null;
}

const maxTextLength = 500;

/** Reads artist and copyright notice from metadata: XMP, which is Unicode, else IPTC, else EXIF. */
export function readCredits({ exif, iptc, xmp }: Metadata): Credits {
  const fromXmp = readXmpTags(xmp);
  const fromIptc = readIptcTags(iptc);
  const fromExif = readExifTags(exif).image;
  const artists = textsOf(fromXmp.get('dc:creator')) ?? fromIptc.get('Byline')?.join(', ');
  const notice = textsOf(fromXmp.get('dc:rights')) ?? fromIptc.get('CopyrightNotice')?.join(' ');
  return {
    artist: plainText(artists ?? fromExif.get('Artist'), maxTextLength),
    notice: plainText(notice ?? fromExif.get('Copyright'), maxTextLength),
  };
}

function textsOf(value: XmpValue | undefined): string | null {
  const texts = (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
  return texts.join(', ') || null;
}

/** Writes only artist and notice into a rendition: as EXIF, which is ASCII, and as XMP, which is Unicode. */
export function writeCredits(image: Sharp, { artist, notice }: Credits): Sharp {
  if (artist === null && notice === null) return image;
  const tags = { ...(artist ? { Artist: artist } : {}), ...(notice ? { Copyright: notice } : {}) };
  return image.withExif({ IFD0: tags }).withXmp(`<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
${artist ? `<dc:creator><rdf:Seq><rdf:li>${escapeXml(artist)}</rdf:li></rdf:Seq></dc:creator>\n` : ''}${
    notice
      ? `<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(notice)}</rdf:li></rdf:Alt></dc:rights>\n`
      : ''
  }</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`);
}

/** Escapes text as XML element content. */
function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
