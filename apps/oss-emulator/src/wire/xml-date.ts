/** A time as OSS writes it in XML: milliseconds are always 000, and oss2 accepts nothing else. */
export function xmlDate(isoTime: string): string {
  return isoTime.replace(/\.\d+Z$/, '.000Z');
}
