import { posix } from 'node:path';

/**
 * Receives the address of a file as written, relative to the file that refers to it, and returns
 * its replacement.
 */
type Rewrite = (uri: string) => string;

/**
 * A file of a rendition that refers to other files of it. Those are private, so it is served with a
 * signed address for each of them.
 */
export interface NamingFile {
  readonly contentType: string;
  rewrite(text: string, to: Rewrite): string;
}

const playlist: NamingFile = { contentType: 'application/vnd.apple.mpegurl', rewrite: rewritePlaylist };
const manifest: NamingFile = { contentType: 'application/dash+xml', rewrite: rewriteManifest };
const cues: NamingFile = { contentType: 'text/vtt; charset=utf-8', rewrite: rewriteCues };

/**
 * By the kind of rendition and the extension of the file. Subtitles of a stream are WebVTT too, but
 * refer to no files.
 */
const namingFiles: Readonly<Record<string, Readonly<Record<string, NamingFile>>>> = {
  hls: { '.m3u8': playlist, '.mpd': manifest },
  storyboard: { '.vtt': cues },
};

/** Describes a file that refers to others; undefined for all other files. */
export function namingFile(kind: string, path: string): NamingFile | undefined {
  return namingFiles[kind]?.[posix.extname(path)];
}

/** Lines of an HLS playlist that are not tags, and URI attributes of tags (RFC 8216). */
function rewritePlaylist(text: string, to: Rewrite): string {
  return text
    .split('\n')
    .map((line) => {
      if (line.trim() === '') return line;
      if (!line.startsWith('#')) return to(line.trim());
      return line.replaceAll(/URI="([^"]+)"/g, (_, uri: string) => `URI="${to(uri)}"`);
    })
    .join('\n');
}

/**
 * Addresses in a DASH manifest as we write it: of segments, initialisation segments and whole
 * files.
 */
function rewriteManifest(text: string, to: Rewrite): string {
  return text
    .replaceAll(
      / (media|sourceURL)="([^"]+)"/g,
      (_, name: string, uri: string) => ` ${name}="${escapeXml(to(uri))}"`,
    )
    .replaceAll(
      /<BaseURL>([^<]+)<\/BaseURL>/g,
      (_, uri: string) => `<BaseURL>${escapeXml(to(uri))}</BaseURL>`,
    );
}

/**
 * Lines of a storyboard that refer to a part of a picture: `sheet_001.jpg#xywh=0,0,160,90`. A
 * picture has the same address in all lines, so that a player loads it once.
 */
function rewriteCues(text: string, to: Rewrite): string {
  const written = new Map<string, string>();
  return text.replaceAll(/^([^\s#]+)(#xywh=[\d,]+)$/gm, (_, uri: string, part: string) => {
    const address = written.get(uri) ?? to(uri);
    written.set(uri, address);
    return address + part;
  });
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
