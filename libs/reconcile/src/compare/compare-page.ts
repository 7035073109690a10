import { isLandfallError } from '#runtime';
import type { ListedObject } from '#storage';
import { queueRemovalChecks, reconciledLanding, remakeVersion, selectUnknown } from '#uploads';
import pMap from 'p-map';
import { clipRange } from '../pages/key-range.js';
import type { Page } from '../pages/page.js';
import type { ReconcileParts, ReconcileScope, Repairs } from '../scope.js';
import {
  findGoneRenditions,
  findGoneUploads,
  type GoneRendition,
  type Listed,
  selectOrphans,
} from './find-gone.js';
import type { Finding } from './findings.js';

const requestsAtOnce = 4;
/** The registry batches them into one or two statements; the limit leaves room for others in its queue. */
const registrationsAtOnce = 64;

/** Compares a page with the rows, repairs it, and yields the findings part by part. */
export async function* comparePage(
  parts: ReconcileParts,
  scope: ReconcileScope,
  { objects, range, listedAt }: Page,
  repairs: Repairs,
): AsyncGenerator<[Finding, string[]]> {
  const { source, renditionPrefix } = parts;
  const { bucket } = scope;
  const [made, landed]: [ListedObject[], ListedObject[]] = [[], []];
  for (const object of objects) (object.objectKey.startsWith(renditionPrefix) ? made : landed).push(object);
  yield* repairMissing(parts, scope, landed, repairs);
  if (made.length > 0) yield ['orphaned', await repairOrphans(parts, bucket, made, repairs)];
  if (range === null) return;
  const listed: Listed = { bucket, range, keys: objects.map(({ objectKey }) => objectKey), listedAt };
  for await (const keys of findGoneUploads(source, listed)) {
    const gone = keys.map((objectKey) => ({ bucket, objectKey }));
    if (!repairs.isDryRun) await queueRemovalChecks(source, gone);
    yield ['gone', keys];
  }
  const rangeMade = clipRange(range, renditionPrefix);
  if (rangeMade === null) return;
  for await (const gone of findGoneRenditions(source, { ...listed, range: rangeMade }, renditionPrefix)) {
    const isGone = await pMap(gone, (one) => repairUnmade(parts, bucket, one, repairs), {
      concurrency: requestsAtOnce,
    });
    yield ['unmade', gone.filter((_, index) => isGone[index]).map(({ objectKey }) => objectKey)];
  }
}

async function* repairMissing(
  { source, registry }: ReconcileParts,
  { bucket, since, until }: ReconcileScope,
  objects: readonly ListedObject[],
  { isDryRun }: Repairs,
): AsyncGenerator<[Finding, string[]]> {
  const wanted = objects.filter(
    // Folder placeholders created by consoles and SDKs are not uploads.
    ({ objectKey, sizeBytes, lastModified }) =>
      !(objectKey.endsWith('/') && sizeBytes === 0) && (since === null || lastModified >= since),
  );
  if (wanted.length === 0) return;
  const unknown = await selectUnknown(source, bucket, wanted);
  const [missing, recent]: [ListedObject[], ListedObject[]] = [[], []];
  for (const object of unknown) (object.lastModified <= until ? missing : recent).push(object);
  if (!isDryRun)
    await pMap(missing, (object) => registry.register(reconciledLanding({ bucket, ...object })), {
      concurrency: registrationsAtOnce,
    });
  yield ['missing', missing.map(({ objectKey }) => objectKey)];
  yield ['recent', recent.map(({ objectKey }) => objectKey)];
}

async function repairOrphans(
  { source, store, renditionPrefix }: ReconcileParts,
  bucket: string,
  objects: readonly ListedObject[],
  { isDryRun, removesOrphans }: Repairs,
): Promise<string[]> {
  // Keys are written to rows before their objects are stored, so none of these will still get a row.
  const orphans = await selectOrphans(source, objects, renditionPrefix);
  const keys = orphans.map(({ objectKey }) => objectKey);
  if (removesOrphans && !isDryRun)
    await pMap(keys, (objectKey) => store.remove({ bucket, objectKey }), { concurrency: requestsAtOnce });
  return keys;
}

/** @returns whether the object is really gone */
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
