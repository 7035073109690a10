import { printable } from '../printable.js';

/** Prints rows in aligned columns. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const safe = rows.map((row) => row.map(printable));
  const widths = (safe[0] ?? []).map((_, column) => Math.max(...safe.map((row) => row[column]?.length ?? 0)));
  for (const row of safe)
    console.log(
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** Prints names and values; null and undefined are omitted. */
export function printFields(fields: Readonly<Record<string, unknown>>): void {
  const there = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  printTable(there.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]));
}

/** Prints a value as JSON on one line. JSON leaves a few characters unescaped that could control a terminal. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value).replaceAll(/[\p{Cf}\u007F-\u009F\u2028\u2029]/gu, escapeSign));
}

function escapeSign(sign: string): string {
  // By UTF-16 code units, as JSON requires.
  return Array.from({ length: sign.length }, (_, index) => {
    const unit = sign.charCodeAt(index).toString(16).padStart(4, '0');
    return `\\u${unit}`;
  }).join('');
}

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `1536000` → `1.5 MB` */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return '';
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1_000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}
