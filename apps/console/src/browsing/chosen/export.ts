import type { Upload, UploadField, UploadQuery } from '@landfall/client/browser';
import { client } from '../../session/session.js';

/** The exported fields. URLs are excluded: they expire, and grant access while they are valid. */
const fields = [
  'id',
  'bucket',
  'objectKey',
  'etag',
  'title',
  'tags',
  'labels',
  'vars',
  'kind',
  'mimeType',
  'sizeBytes',
  'status',
  'error',
  'warnings',
  'pipeline',
  'source',
  'createdAt',
  'readyAt',
] as const satisfies UploadField[];

export type Exported = Pick<Upload, (typeof fields)[number]>;

/** Maximum number of uploads per file. */
export const exportedAtMost = 10_000;
const idsAtOnce = 100;

/** Reads the uploads of a query or with these ids, up to the limit, and reports whether there are more. */
export async function readExport(
  from: { query: UploadQuery } | { ids: readonly string[] },
  signal: AbortSignal,
): Promise<{ items: Exported[]; isCut: boolean }> {
  const items: Exported[] = [];
  if ('query' in from) {
    const list = client().uploads.list({ ...from.query, fields: [...fields], limit: 200 }, { signal });
    for await (const item of list) {
      if (items.length === exportedAtMost) return { items, isCut: true };
      items.push(item as Exported);
    }
    return { items, isCut: false };
  }
  const ids = from.ids.slice(0, exportedAtMost);
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    const asked = ids.slice(at, at + idsAtOnce);
    const list = client().uploads.list({ ids: asked, fields: [...fields] }, { signal });
    for await (const item of list) items.push(item as Exported);
  }
  return { items, isCut: from.ids.length > exportedAtMost };
}

export function writeJson(items: readonly Exported[]): string {
  return `${JSON.stringify(items, null, 2)}\n`;
}

/** CSV by RFC 4180, with a byte order mark so that spreadsheets detect UTF-8. */
export function writeCsv(items: readonly Exported[]): string {
  const rows = items.map((item) => fields.map((field) => cellOf(item[field])));
  return `\uFEFF${[[...fields], ...rows].map((row) => row.map(writeCell).join(',')).join('\r\n')}\r\n`;
}

function cellOf(value: Exported[keyof Exported]): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * Escapes a cell. One that a spreadsheet would take for a formula gets a leading apostrophe, since keys and titles
 * are untrusted.
 */
function writeCell(text: string): string {
  const harmless = /^\s*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Makes the browser save a file. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Late enough for a slow browser to have read it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
