import { hash } from 'node:crypto';
import { LandfallError } from '#runtime';
import { z } from 'zod';
import type { ReportFiles } from './report-files.js';

/** Required columns. */
const needed = ['Key', 'Size', 'LastModifiedDate', 'ETag'] as const;
/** Columns of a report of all versions. */
const ofVersions = ['IsLatest', 'IsDeleteMarker'] as const;
/** Column positions by name. */
type Columns = Record<(typeof needed)[number], number> & Partial<Record<(typeof ofVersions)[number], number>>;

const schema = z.object({
  creationTimestamp: z.coerce.number().int().positive(),
  sourceBucket: z.string().min(1),
  fileFormat: z.string(),
  fileSchema: z.string(),
  files: z.array(
    z.object({
      key: z.string().min(1),
      size: z.coerce.number().int().nonnegative(),
      MD5checksum: z.string().regex(/^[0-9a-f]{32}$/i),
    }),
  ),
});

/** A full inventory report as described by its manifest. */
export interface Manifest {
  /** When OSS wrote it; objects stored since the scan began may be missing. */
  readonly createdAt: Date;
  readonly columns: Columns;
  readonly columnCount: number;
  readonly files: readonly { readonly key: string; readonly sizeBytes: number; readonly md5: string }[];
}

/**
 * Reads the manifest of a report on `bucket`.
 * @throws LandfallError reconcile.inventory_missing, reconcile.inventory_invalid, reconcile.inventory_unsupported
 */
export async function readManifest(files: ReportFiles, bucket: string): Promise<Manifest> {
  const text = await files.readText('manifest.json');
  const checksum = (await files.readText('manifest.checksum')).trim();
  if (hash('md5', text) !== checksum.toLowerCase())
    throw invalid(`${files.where}: its MD5 differs from manifest.checksum`);
  const { creationTimestamp, sourceBucket, fileFormat, fileSchema, ...rest } = parse(files.where, text);
  if (sourceBucket !== bucket)
    throw unsupported(`${files.where}: a report of bucket ${sourceBucket}, not ${bucket}`);
  if (fileFormat !== 'CSV') throw unsupported(`${files.where}: fileFormat is ${fileFormat}, not CSV`);
  const names = fileSchema.split(',').map((name) => name.trim());
  const lacking = needed.filter((name) => !names.includes(name));
  if (lacking.length > 0)
    throw unsupported(
      `${files.where}: the report has no column ${lacking.join(', ')}; add it to the inventory rule`,
    );
  // An incremental report lists changes, not the existing objects.
  if (names.includes('RecordType')) throw unsupported(`${files.where}: not a full report`);
  const columns = Object.fromEntries(
    [...needed, ...ofVersions].map((name) => [name, names.indexOf(name)]).filter(([, place]) => place !== -1),
  ) as Columns;
  return {
    createdAt: new Date(creationTimestamp * 1_000),
    columns,
    columnCount: names.length,
    files: rest.files.map(({ key, size, MD5checksum }) => ({
      key,
      sizeBytes: size,
      md5: MD5checksum.toLowerCase(),
    })),
  };
}

function parse(where: string, text: string): z.infer<typeof schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(`${where} is not JSON`, cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(`${where}: ${z.prettifyError(parsed.error)}`);
}

/** Error of a damaged or inconsistent report. */
export function invalid(problem: string, cause?: unknown): LandfallError {
  return new LandfallError('reconcile.inventory_invalid', problem, { cause });
}

function unsupported(problem: string): LandfallError {
  return new LandfallError('reconcile.inventory_unsupported', problem);
}
