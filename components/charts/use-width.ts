"use client";

import { type RefObject, useEffect, useState } from "react";

/** How wide an element is, in pixels; null before it was laid out. */
export function useWidth(element: RefObject<HTMLElement | null>): number | null {
  const [width, setWidth] = useState<number | null>(null);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      setWidth(entry === undefined ? null : entry.contentRect.width);
    });
    if (element.current !== null) {
      observer.observe(element.current);
    }
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return width;
}
