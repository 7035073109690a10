import { type Landfall, type StreamedEvent, type Upload, UploadNotReady, type UploadQuery } from '#client';
import { printEvent } from './events.js';
import { formatBytes, printFields, printJson, printTable } from './print.js';

/** Prints the newest matching uploads, at most `count`. */
export async function listUploads(
  landfall: Landfall,
  query: UploadQuery & { fields?: never },
  { count, json }: { count: number; json: boolean },
): Promise<number> {
  const found: Upload[] = [];
  if (count > 0)
    for await (const upload of landfall.uploads.list({ ...query, limit: Math.min(count, 200) })) {
      if (json) printJson(upload);
      if (found.push(upload) >= count) break;
    }
  if (!json) printTable([['ID', 'STATUS', 'KIND', 'SIZE', 'CREATED', 'KEY'], ...found.map(rowOf)]);
  return 0;
}

function rowOf({ id, status, kind, sizeBytes, createdAt, objectKey }: Upload): string[] {
  return [id, status, kind ?? '', formatBytes(sizeBytes), createdAt, objectKey];
}

export async function getUpload(
  landfall: Landfall,
  id: string,
  { json }: { json: boolean },
): Promise<number> {
  showUpload(await landfall.uploads.get(id), json);
  return 0;
}

/**
 * Prints the events of an upload until it is ready.
 * @returns 1 if it will not become ready
 */
export async function watchUpload(
  landfall: Landfall,
  id: string,
  { json, timeoutMs, signal }: { json: boolean; timeoutMs: number; signal: AbortSignal },
): Promise<number> {
  const done = new AbortController();
  const either = AbortSignal.any([done.signal, signal]);
  const printing = printEvents(landfall, id, (event) => printEvent(event, json), either);
  try {
    showUpload(await landfall.uploads.waitUntilReady(id, { timeoutMs, signal }), json);
    return 0;
  } catch (error) {
    if (!(error instanceof UploadNotReady)) throw error;
    showUpload(error.upload, json);
    return 1;
  } finally {
    done.abort();
    await printing;
  }
}

async function printEvents(
  landfall: Landfall,
  uploadId: string,
  print: (event: StreamedEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const event of landfall.events.stream({ uploadId, signal })) print(event);
  } catch (error) {
    // Waiting continues without the events.
    if (!signal.aborted) console.error(`cannot read events: ${String(error)}`);
  }
}

function showUpload(upload: Upload, json: boolean): void {
  if (json) return printJson(upload);
  const { id, status, error, bucket, objectKey, mimeType, kind, sizeBytes, vars, renditions } = upload;
  printFields({
    id,
    status,
    error: error && `${error.message} (${error.code})`,
    bucket,
    objectKey,
    mimeType,
    kind,
    size: formatBytes(sizeBytes),
    vars: Object.keys(vars).length > 0 ? vars : null,
    createdAt: upload.createdAt,
    readyAt: upload.readyAt,
  });
  if (renditions.length === 0) return;
  console.log('');
  printTable([
    ['RENDITION', 'KIND', 'STATUS', 'SIZE', 'URL'],
    ...renditions.map((one) => [
      one.name,
      one.kind,
      one.error?.code ?? one.status,
      formatBytes(one.sizeBytes),
      one.url ?? '',
    ]),
  ]);
}
