import { findTicketOf } from '../tickets/tickets.js';
import { type Pipelines, planRenditions, type RenditionPlan } from '#pipelines';
import type { DataSource } from '#database';
import type { Rendition } from '../rows/rendition.entity.js';
import type { Upload } from '../rows/upload.entity.js';
import type { PlannedWork } from '../making/upload-states.js';

/** What the pipelines file wants of an upload now, from its row; null when nothing, or when its bytes were never read. */
export async function planAgain(
  source: DataSource,
  pipelines: Pipelines,
  upload: Upload,
): Promise<RenditionPlan | null> {
  const { kind, mimeType, sizeBytes } = upload;
  if (kind === null) return null;
  const ticket = await findTicketOf(source, upload);
  return planRenditions(
    pipelines,
    { ...upload, kind, mimeType: mimeType ?? '', sizeBytes: Number(sizeBytes) },
    ticket?.pipeline,
  );
}

/** A rendition that is not what the pipelines file asks for, with its position there and the row there is. */
export interface OutdatedRendition {
  planned: PlannedWork;
  position: number;
  row: Rendition | undefined;
}

/**
 * What is missing, has failed, or was made by another spec than the file has now; what is wanted already is not. A rendition
 * that is no longer in the file is left as it is. Pure.
 * @param names only these
 */
export function findOutdated(
  renditions: readonly Rendition[],
  planned: readonly PlannedWork[],
  names: readonly string[] | undefined,
): OutdatedRendition[] {
  return planned.flatMap((one, position) => {
    const row = renditions.find((rendition) => rendition.name === one.name);
    const asked = names?.includes(one.name) ?? true;
    return asked && isOutdated(row, one) ? [{ planned: one, position, row }] : [];
  });
}

function isOutdated(row: Rendition | undefined, { specHash }: PlannedWork): boolean {
  if (row === undefined || row.status === 'failed') return true;
  // The file was changed back: what is wanted is called off.
  if (row.specHash === specHash) return row.wanted !== null;
  return row.wanted?.specHash !== specHash;
}
