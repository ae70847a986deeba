import { type RefObject, useCallback, useEffect, useRef } from "react";

/**
 * For a grid that grows under who walks it by keys: rows that come near the window are laid out only then, and a
 * target that fails gets another line. Not every browser makes up for that. After the call, what has the focus stays in the
 * window until somebody moves the window, or does something else.
 */
export function useKeptInView(grid: RefObject<HTMLElement | null>): () => void {
  const isKept = useRef(false);
  useEffect(() => {
    const element = grid.current;
    if (element === null) {
      return;
    }
    const observer = new ResizeObserver(() => {
      const focused = document.activeElement;
      if (isKept.current && element.contains(focused)) {
        focused?.scrollIntoView({ block: "nearest" });
      }
    });
    observer.observe(document.body);
    const letGo = new AbortController();
    for (const kind of ["wheel", "pointerdown", "touchmove", "keydown"] as const) {
      const options = { passive: true, capture: true, signal: letGo.signal };
      window.addEventListener(
        kind,
        () => {
          isKept.current = false;
        },
        options,
      );
    }
    return () => {
      observer.disconnect();
      letGo.abort();
    };
  }, [grid]);
  return useCallback(() => {
    isKept.current = true;
  }, []);
}
