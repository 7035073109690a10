import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** A line of a report, before it is written as CSV. */
export interface ReportLine {
  readonly key: string;
  readonly etag: string;
  readonly isLatest?: boolean;
  readonly isDeleteMarker?: boolean;
}

const columns =
  'Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, StorageClass, LastModifiedDate, ETag, IsMultipartUploaded, EncryptionStatus';

/** What of a report is not as it should be. */
export interface ReportFaults {
  readonly sourceBucket?: string;
  readonly fileSchema?: string;
  /** Changes a file before the manifest is told its size and MD5, or after. */
  readonly before?: (file: Buffer) => Buffer;
  readonly after?: (file: Buffer) => Buffer;
  readonly checksum?: string;
}

/** The files of a report as OSS writes it, by their keys below `prefix`. */
export function writeReport(
  bucket: string,
  files: readonly (readonly ReportLine[])[],
  { before = (file) => file, after = (file) => file, ...faults }: ReportFaults = {},
  prefix = `inventory/${bucket}/daily/`,
): { manifest: string; objects: Map<string, Buffer> } {
  const objects = new Map<string, Buffer>();
  const described = files.map((lines, position) => {
    const key = `${prefix}data/a1574226-b5e5-40ee-91df-356845777c04${position ? `-${position}` : ''}.csv.gz`;
    const text = lines.map((line) => `${csvOf(bucket, line)}\n`).join('');
    const file = before(gzipSync(text));
    objects.set(key, after(file));
    return { MD5checksum: hash('md5', file).toUpperCase(), key, size: file.length };
  });
  const text = JSON.stringify({
    creationTimestamp: String(Math.floor(Date.now() / 1_000) + 60),
    destinationBucket: bucket,
    fileFormat: 'CSV',
    fileSchema: faults.fileSchema ?? columns,
    files: described,
    sourceBucket: faults.sourceBucket ?? bucket,
    version: '2019-09-01',
  });
  const folder = `${prefix}2026-11-28T16-00Z/`;
  objects.set(`${folder}manifest.checksum`, Buffer.from(faults.checksum ?? hash('md5', text).toUpperCase()));
  objects.set(`${folder}manifest.json`, Buffer.from(text));
  return { manifest: `${folder}manifest.json`, objects };
}

function csvOf(bucket: string, { key, etag, isLatest = true, isDeleteMarker = false }: ReportLine): string {
  const cells = [
    bucket,
    encodeURIComponent(key),
    '',
    isLatest,
    isDeleteMarker,
    7,
    'Standard',
    '2026-11-28T12-00-00Z',
    etag,
    false,
    false,
  ];
  return cells.map((cell) => `"${cell}"`).join(',');
}
