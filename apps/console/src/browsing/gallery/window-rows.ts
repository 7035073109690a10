import {
  observeWindowOffset,
  observeWindowRect,
  type VirtualItem,
  Virtualizer,
  type VirtualizerOptions,
  windowScroll,
} from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

type Options = VirtualizerOptions<Window, HTMLElement>;

interface WindowRows {
  /** The rows in the viewport and a few around it. */
  readonly rows: readonly VirtualItem[];
  readonly totalHeight: number;
}

/**
 * Determines which rows to render while the window scrolls.
 * @param heights of all rows, in pixels; a new array triggers a new layout
 * @param top offset of the first row from the top of the document
 */
export function useWindowRows(heights: readonly number[], top: number): WindowRows {
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const options: Options = {
    count: heights.length,
    estimateSize: (index) => heights[index] ?? 0,
    scrollMargin: top,
    overscan: 3,
    initialRect: { width: innerWidth, height: innerHeight },
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    onChange: () => redraw(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<Window, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [heights]);
  return { rows: virtualizer.getVirtualItems(), totalHeight: virtualizer.getTotalSize() };
}
