/** A time as OSS writes it in XML: the milliseconds are always 000, and oss2 reads nothing else. */
export function xmlDate(isoTime: string): string {
  return isoTime.replace(/\.\d+Z$/, '.000Z');
}
