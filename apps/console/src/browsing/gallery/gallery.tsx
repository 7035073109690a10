import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { language } from '../../language/language.js';
import { words } from '../list/browsing-words.js';
import { Cell } from './cell.js';
import { gap, gridOf, headingHeight, layOut, type Row } from './rows.js';
import type { Selection } from '../chosen/selection.js';
import { dayOf } from '../list/upload-query.js';
import type { Entry, UploadList } from '../list/upload-list.js';
import { useWindowRows } from './window-rows.js';

interface GalleryProps {
  list: UploadList;
  selection: Selection;
  /** Whether days get headings; not when sorted by similarity. */
  byDay: boolean;
  /** Scroll position when the list was left, in pixels. */
  startAt: number;
}

/** All uploads of a list; only those near the viewport are rendered. */
export function Gallery({ list, selection, byDay, startAt }: GalleryProps) {
  const state = list.state.value;
  const place = useRef<HTMLDivElement>(null);
  const { width, top } = usePlace(place);
  const grid = useMemo(() => gridOf(width), [width]);
  const { entries } = state;
  const rows = useMemo(() => layOut(entries, grid.columns, byDay), [entries, grid.columns, byDay]);
  const heights = useMemo(
    () => rows.map((row) => ('day' in row ? headingHeight : grid.rowHeight)),
    [rows, grid.rowHeight],
  );
  const { rows: drawn, totalHeight } = useWindowRows(heights, top);
  const shown = drawn.flatMap(({ index }) => {
    const row = rows[index];
    return row && 'count' in row ? [row] : [];
  });
  const first = shown[0]?.first ?? 0;
  const last = shown.at(-1);
  const end = last ? last.first + last.count - 1 : -1;
  useLayoutEffect(() => {
    if (width > 0 && startAt > 0) scrollTo(0, startAt);
  }, [width > 0, startAt]);
  useEffect(() => list.show(first, end), [list, state, first, end]);

  useArrows(place, entries, grid.columns);
  const draw = (row: Row) => {
    if ('day' in row) return <h2 class="browsing-day">{dayName(row.day)}</h2>;
    return (
      <ul class="browsing-row" style={{ gap: `${gap}px` }}>
        {entries.slice(row.first, row.first + row.count).map((entry) => (
          <Cell
            key={entry.id}
            entry={entry}
            upload={list.get(entry.id)}
            grid={grid}
            isChosen={selection.ids.value.has(entry.id)}
            onChoose={(choice) => selection.choose(entries, entry.id, choice)}
            onLost={() => list.renew(entry.id)}
          />
        ))}
      </ul>
    );
  };
  return (
    <div ref={place} class="browsing-gallery" style={{ height: `${totalHeight}px` }}>
      {width > 0 &&
        drawn.map(({ index, start }) => {
          const row = rows[index];
          return (
            row && (
              <div key={row.key} style={{ transform: `translateY(${start - top}px)` }}>
                {draw(row)}
              </div>
            )
          );
        })}
    </div>
  );
}

/** Arrow keys move the focus to the neighbouring upload. */
function useArrows(place: RefObject<HTMLElement | null>, entries: readonly Entry[], columns: number): void {
  const move = useRef<(event: KeyboardEvent) => void>(() => undefined);
  move.current = (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const step = steps[event.key as keyof typeof steps] as number | undefined;
    const at = (event.target as HTMLElement).dataset['entry'];
    if (step === undefined || at === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = entries[entries.findIndex(({ id }) => id === at) + step];
    const link = next && place.current?.querySelector<HTMLElement>(`[data-entry="${next.id}"]`);
    if (!link) return;
    event.preventDefault();
    link.focus();
  };
  useEffect(() => {
    const listen = (event: KeyboardEvent) => move.current(event);
    place.current?.addEventListener('keydown', listen);
    return () => place.current?.removeEventListener('keydown', listen);
  }, []);
}

/** Measures the width of an element and its offset from the top of the document. */
function usePlace(element: RefObject<HTMLElement | null>): { width: number; top: number } {
  const [place, setPlace] = useState({ width: 0, top: 0 });
  const measure = () => {
    const box = element.current?.getBoundingClientRect();
    if (!box) return;
    const [width, top] = [Math.floor(box.width), Math.round(box.top + scrollY)];
    setPlace((before) => (before.width === width && before.top === top ? before : { width, top }));
  };
  useLayoutEffect(measure);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return place;
}

function dayName(day: string): string {
  const today = new Date();
  if (day === dayOf(today.toISOString())) return words.value.today;
  today.setDate(today.getDate() - 1);
  if (day === dayOf(today.toISOString())) return words.value.yesterday;
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'full' }).format(new Date(`${day}T00:00:00`));
}
