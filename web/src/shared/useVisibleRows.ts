// SPDX-License-Identifier: Apache-2.0
// Long lists: only the rows on the screen are in the document, with room kept above and below. Short lists are all there.
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';

const shortList = 80;

export interface VisibleRows {
  start: number;
  /** behind the last one */
  end: number;
  /** pixels of the rows that are not in the document */
  above: number;
  below: number;
  /** of the element that holds the rows */
  list: React.RefObject<HTMLElement | null>;
  /** to be given to each row, with data-index */
  measure: (row: Element | null) => void;
}

export function useVisibleRows(count: number, estimatedHeight: number): VisibleRows {
  const list = useRef<HTMLElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const rect = list.current?.getBoundingClientRect();
    if (rect !== undefined) setTop(rect.top + window.scrollY);
  }, [count]);
  const rows = useWindowVirtualizer({
    count, estimateSize: () => estimatedHeight, overscan: 12, scrollMargin: top, initialOffset: 0, enabled: count > shortList,
  });
  if (count <= shortList) return { start: 0, end: count, above: 0, below: 0, list, measure: () => {} };
  const items = rows.getVirtualItems();
  const first = items[0];
  const last = items.at(-1);
  return {
    start: first?.index ?? 0,
    end: last === undefined ? Math.min(count, 40) : last.index + 1,
    above: first === undefined ? 0 : first.start - top,
    below: last === undefined ? 0 : rows.getTotalSize() - (last.end - top),
    list,
    measure: rows.measureElement,
  };
}
