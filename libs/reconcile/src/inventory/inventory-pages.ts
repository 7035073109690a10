import { isLandfallError } from '#runtime';
import type { ListedObject } from '#storage';
import { isBefore } from '../pages/key-range.js';
import { isStorable, type Marker, type Page, type ReportPlace } from '../pages/page.js';
import type { ReconcileParts, ReconcileScope } from '../scope.js';
import { invalid, type Manifest, readManifest } from './manifest.js';
import { readLine } from './read-line.js';
import { readLines, verifyFile } from './read-lines.js';
import { openReport, type ReportFiles } from './report-files.js';

const pageSize = 1_000;

/**
 * Streams an inventory report page by page. While its lines are sorted by key, each page covers all keys since the
 * previous one. The ranges before the first and after the last key are not covered, because the report's rule may
 * filter them.
 * @throws LandfallError reconcile.inventory_missing, reconcile.inventory_invalid, reconcile.inventory_unsupported
 */
export async function* inventoryPages(
  { store }: Pick<ReconcileParts, 'store'>,
  { bucket, prefix, inventory }: Pick<ReconcileScope, 'bucket' | 'prefix' | 'inventory'>,
  marker: Marker,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const files = await openReport(store, inventory ?? '', signal);
  const manifest = await readManifest(files, bucket);
  let place: ReportPlace = marker.place ?? { file: 0, lines: 0, isOrdered: true };
  let { isOrdered } = place;
  let objects: ListedObject[] = [];
  let after = marker.key;
  const takePage = (isLast: boolean): Page => {
    const from = after || (objects[0]?.objectKey ?? '');
    const last = objects.at(-1)?.objectKey ?? after;
    const range = isOrdered ? { from, after, last } : null;
    const page = { objects, range, listedAt: manifest.createdAt, next: { key: last, place }, isLast };
    objects = [];
    after = last;
    return page;
  };
  for await (const [object, file, lines] of readObjects(files, manifest, place)) {
    if (object !== null && object.objectKey.startsWith(prefix) && isStorable(object)) {
      const previous = objects.at(-1)?.objectKey ?? after;
      isOrdered &&= previous === '' || isBefore(previous, object.objectKey);
      objects.push(object);
    }
    place = { file, lines, isOrdered };
    if (objects.length === pageSize) yield takePage(false);
  }
  yield takePage(true);
}

/** Yields the objects of a report, each with its file index and line number. */
async function* readObjects(
  files: ReportFiles,
  manifest: Manifest,
  { file: firstFile, lines: linesDone }: Omit<ReportPlace, 'isOrdered'>,
): AsyncGenerator<[ListedObject | null, number, number]> {
  for (const [position, file] of manifest.files.entries()) {
    if (position < firstFile) continue;
    await verifyFile(files, file);
    const skipped = position === firstFile ? linesDone : 0;
    let lines = 0;
    for await (const line of readLines(files, file)) {
      lines += 1;
      if (lines > skipped && line !== '')
        yield [readLineOf(line, manifest, `${file.key}, line ${lines}`), position, lines];
    }
  }
}

function readLineOf(line: string, manifest: Manifest, where: string): ListedObject | null {
  try {
    return readLine(line, manifest);
  } catch (error) {
    if (isLandfallError(error)) throw invalid(`${where}: ${error.detail}`, error);
    throw error;
  }
}
