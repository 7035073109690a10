import type { Entry } from '../list/upload-list.js';

/** A row of the gallery: the heading of a day, or `count` entries starting at index `first`. */
export type Row =
  | { readonly key: string; readonly day: string }
  | { readonly key: string; readonly first: number; readonly count: number };

export const gap = 12;
export const headingHeight = 44;
/** Height of name and facts below the picture. */
const captionHeight = 54;
const smallestCell = 150;
const usualCell = 190;

export interface Grid {
  readonly columns: number;
  readonly cellWidth: number;
  readonly pictureHeight: number;
  readonly rowHeight: number;
}

/** Computes as many equal columns as fit, with cell sizes that do not depend on the pictures. */
export function gridOf(width: number): Grid {
  const wanted = width < 600 ? smallestCell : usualCell;
  const columns = Math.max(1, Math.floor((width + gap) / (wanted + gap)));
  const cellWidth = Math.floor((width - gap * (columns - 1)) / columns);
  const pictureHeight = Math.round((cellWidth * 3) / 4);
  return { columns, cellWidth, pictureHeight, rowHeight: pictureHeight + captionHeight + gap };
}

/** Arranges entries in rows, with a heading at the start of each day. */
export function layOut(entries: readonly Entry[], columns: number, byDay: boolean): Row[] {
  const rows: Row[] = [];
  let first = 0;
  for (const [index, { day }] of entries.entries()) {
    const isNewDay = byDay && entries[index - 1]?.day !== day;
    if (isNewDay) {
      rows.push({ key: `day ${day} ${index}`, day });
      first = index;
    } else if (index - first === columns) first = index;
    if (index === first) rows.push({ key: `row ${index}`, first, count: 0 });
    const row = rows.at(-1);
    if (row && 'count' in row) rows[rows.length - 1] = { ...row, count: index - first + 1 };
  }
  return rows;
}
