import { signal } from '@preact/signals';
import type { Entry } from '../list/upload-list.js';

/** The uploads selected for bulk actions. */
export class Selection {
  readonly ids = signal<ReadonlySet<string>>(new Set());
  private anchor: string | undefined;

  /** Selects or deselects an upload or, as a range, all from the last one clicked to this one. */
  choose(
    entries: readonly Entry[],
    id: string,
    { isChosen, isRange }: { isChosen: boolean; isRange: boolean },
  ) {
    const ids = new Set(this.ids.value);
    for (const one of isRange ? this.rangeTo(entries, id) : [id])
      if (isChosen) ids.add(one);
      else ids.delete(one);
    this.anchor = id;
    this.ids.value = ids;
  }

  clear(): void {
    this.anchor = undefined;
    this.ids.value = new Set();
  }

  private rangeTo(entries: readonly Entry[], id: string): string[] {
    const from = entries.findIndex((entry) => entry.id === this.anchor);
    const to = entries.findIndex((entry) => entry.id === id);
    if (from === -1) return [id];
    return entries.slice(Math.min(from, to), Math.max(from, to) + 1).map((entry) => entry.id);
  }
}
