/**
 * Rewrites every URI of an HLS playlist (RFC 8216): lines that are no tag, and URI attributes of tags.
 * @param rewrite gets the URI as written
 */
export function rewritePlaylist(text: string, rewrite: (uri: string) => string): string {
  return text
    .split('\n')
    .map((line) => {
      if (line.trim() === '') return line;
      if (!line.startsWith('#')) return rewrite(line.trim());
      return line.replaceAll(/URI="([^"]+)"/g, (_, uri: string) => `URI="${rewrite(uri)}"`);
    })
    .join('\n');
}
