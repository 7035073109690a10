import type { Rendition, Upload } from '@landfall/client/browser';
import { isPicture } from '../../parts/thumbnail.js';

/**
 * HTML of a picture in all its sizes and formats, with its colour as the background; null if there are no pictures.
 */
export function writePicture({ renditions, placeholder, title, objectKey }: Upload): string | null {
  const pictures = renditions
    .filter((one) => one.kind === 'image' && isPicture(one))
    .sort((one, other) => (one.width ?? 0) - (other.width ?? 0));
  const largest = pictures.at(-1);
  if (!largest) return null;
  const types = [...new Set(pictures.map(({ mimeType }) => mimeType))];
  const sources = types.map((type) => {
    const sizes = pictures.filter(({ mimeType }) => mimeType === type);
    const srcset = sizes.map(({ url, width }) => `${url} ${width}w`).join(',\n      ');
    return `  <source type="${inHtml(type ?? '')}" sizes="100vw" srcset="\n      ${inHtml(srcset)}">`;
  });
  const { url, width, height } = largest;
  const style = placeholder ? ` style="background: ${inHtml(placeholder.color)}"` : '';
  const hash = placeholder ? ` data-thumbhash="${inHtml(placeholder.thumbHash)}"` : '';
  return [
    '<picture>',
    ...sources,
    `  <img src="${inHtml(url ?? '')}" width="${width}" height="${height}" loading="lazy"`,
    `    alt="${inHtml(title ?? objectKey)}"${hash}${style}>`,
    '</picture>',
  ].join('\n');
}

/** JavaScript that plays a stream with hls.js. */
export function writeHls({ url }: Rendition): string {
  return `import Hls from 'hls.js';

const url = ${inScript(url ?? '')};
const video = document.querySelector('video');
if (Hls.isSupported()) {
  const hls = new Hls();
  hls.loadSource(url);
  hls.attachMedia(video);
} else video.src = url; // Safari`;
}

/** Requests for an upload in three languages. They read the key from LANDFALL_API_KEY. */
export function writeRequests(id: string, baseUrl: string): Readonly<Record<string, string>> {
  const address = `${baseUrl}/v1/uploads/${id}`;
  return {
    curl: `curl -H "Authorization: Bearer $LANDFALL_API_KEY" \\\n  '${address}'`,
    TypeScript: `import { Landfall } from '@landfall/client';

const landfall = new Landfall({
  baseUrl: '${baseUrl}',
  apiKey: process.env.LANDFALL_API_KEY ?? '',
});
const upload = await landfall.uploads.get('${id}');
for (const { name, status, url } of upload.renditions) console.log(name, status, url);`,
    Python: `import json
import os
import urllib.request

request = urllib.request.Request(
    "${address}",
    headers={"Authorization": f"Bearer {os.environ['LANDFALL_API_KEY']}"},
)
with urllib.request.urlopen(request, timeout=30) as answer:
    upload = json.load(answer)
for rendition in upload["renditions"]:
    print(rendition["name"], rendition["status"], rendition["url"])`,
  };
}

/** Escapes text for HTML: pasting a snippet must not execute code from a title. */
function inHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (sign) => names[sign] ?? sign);
}

function inScript(text: string): string {
  return JSON.stringify(text).replaceAll('<', String.raw`\u003c`);
}
