import { isLandfallError } from '#runtime';
import type { ListedObject } from '#storage';
import {
  queueRemovalChecks,
  reconciledLanding,
  remakeVersion,
  type ReplanRules,
  selectUnknown,
} from '#uploads';
import pMap from 'p-map';
import {
  findGoneRenditions,
  findGoneUploads,
  type GoneRendition,
  type Listed,
  selectOrphans,
} from './find-gone.js';
import type { Finding } from './findings.js';
import { clipRange, type KeyRange } from './key-range.js';
import type { ReconcileParts } from './reconcile-bucket.js';

/** What is done about what is found. */
export interface Repairs {
  /** Nothing at all is changed. */
  readonly isDryRun: boolean;
  /** Renditions whose object is gone are made again by these rules; null leaves them. */
  readonly remake: ReplanRules | null;
  /** Objects that no row names are removed. */
  readonly removesOrphans: boolean;
}

/** A page of a listing. */
interface Page {
  readonly bucket: string;
  readonly since: Date | null;
  readonly range: KeyRange;
  readonly objects: readonly ListedObject[];
  readonly listedAt: Date;
}

const requestsAtOnce = 4;

/** Compares a page with the rows and repairs it; tells what was found, a part at a time. */
export async function* comparePage(
  parts: ReconcileParts,
  page: Page,
  repairs: Repairs,
): AsyncGenerator<[Finding, string[]]> {
  const { bucket, objects, range, listedAt } = page;
  const { source, renditionPrefix } = parts;
  const isMade = ({ objectKey }: ListedObject) => objectKey.startsWith(renditionPrefix);
  yield [
    'missing',
    await repairMissing(
      parts,
      page,
      objects.filter((object) => !isMade(object)),
      repairs,
    ),
  ];
  const listed: Listed = { bucket, range, keys: objects.map(({ objectKey }) => objectKey), listedAt };
  for await (const keys of findGoneUploads(source, listed)) {
    if (!repairs.isDryRun)
      await queueRemovalChecks(
        source,
        keys.map((objectKey) => ({ bucket, objectKey })),
      );
    yield ['gone', keys];
  }
  const made = clipRange(range, renditionPrefix);
  if (made === null) return;
  yield ['orphaned', await repairOrphans(parts, { ...page, objects: objects.filter(isMade) }, repairs)];
  for await (const gone of findGoneRenditions(source, { ...listed, range: made }, renditionPrefix)) {
    const isGone = await pMap(gone, (one) => repairUnmade(parts, bucket, one, repairs), {
      concurrency: requestsAtOnce,
    });
    yield ['unmade', gone.filter((_, index) => isGone[index]).map(({ objectKey }) => objectKey)];
  }
}

async function repairMissing(
  { source, registry }: ReconcileParts,
  { bucket, since }: Page,
  objects: readonly ListedObject[],
  { isDryRun }: Repairs,
): Promise<string[]> {
  const wanted = objects.filter(
    // Folders, as consoles and SDKs draw them, are no uploads.
    ({ objectKey, sizeBytes, lastModified }) =>
      !(objectKey.endsWith('/') && sizeBytes === 0) && (since === null || lastModified >= since),
  );
  const missing = wanted.length === 0 ? [] : await selectUnknown(source, bucket, wanted);
  if (!isDryRun)
    await Promise.all(missing.map((object) => registry.register(reconciledLanding({ bucket, ...object }))));
  return missing.map(({ objectKey }) => objectKey);
}

async function repairOrphans(
  { source, store, renditionPrefix }: ReconcileParts,
  { bucket, objects }: Page,
  { isDryRun, removesOrphans }: Repairs,
): Promise<string[]> {
  // Where objects will be is written down before they are stored: none of these is on its way to a row.
  const orphans = objects.length === 0 ? [] : await selectOrphans(source, objects, renditionPrefix);
  const keys = orphans.map(({ objectKey }) => objectKey);
  if (removesOrphans && !isDryRun)
    await pMap(keys, (objectKey) => store.remove({ bucket, objectKey }), { concurrency: requestsAtOnce });
  return keys;
}

/** @returns whether the object is gone indeed */
async function repairUnmade(
  { source, store }: ReconcileParts,
  bucket: string,
  { id, objectKey }: GoneRendition,
  { isDryRun, remake }: Repairs,
): Promise<boolean> {
  try {
    await store.head({ bucket, objectKey });
    return false;
  } catch (error) {
    if (!isLandfallError(error, 'object.missing')) throw error;
  }
  if (remake !== null && !isDryRun) await remakeVersion(source, id, remake);
  return true;
}
