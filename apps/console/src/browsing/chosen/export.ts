import type { Upload, UploadField, UploadQuery } from '@landfall/client/browser';
import { client } from '../../session/session.js';

/** What is exported: no URLs, which end, and open what they are for. */
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

/** Most uploads of a file. */
export const exportedAtMost = 10_000;
const idsAtOnce = 100;

/** Reads what a query finds, or what has these ids, up to the limit; and whether there is more. */
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

/** RFC 4180, with a mark by which spreadsheets know that it is UTF-8. */
export function writeCsv(items: readonly Exported[]): string {
  const rows = items.map((item) => fields.map((field) => cellOf(item[field])));
  return `\uFEFF${[[...fields], ...rows].map((row) => row.map(writeCell).join(',')).join('\r\n')}\r\n`;
}

function cellOf(value: Exported[keyof Exported]): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What a spreadsheet would take for a formula begins with an apostrophe: keys and titles are anybody's words. */
function writeCell(text: string): string {
  const harmless = /^\s*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Has the browser save a file. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then, also a slow one.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
