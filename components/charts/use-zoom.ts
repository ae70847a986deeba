"use client";

import { type PointerEvent, useRef, useState } from "react";
import { showRange } from "@/components/lib/range";
import { rangeAround } from "@/components/lib/range-steps";
import { useWindowKey } from "@/components/lib/use-window-key";
import type { Frame } from "./frame";

/** A hand that presses moves this far without meaning it, in pixels. */
const slackPx = 6;

interface Drag {
  readonly from: number;
  readonly to: number;
}

/**
 * What is dragged over a chart becomes the range of the page; Esc lets go of it. Fingers scroll: they, and who drags
 * nothing, have the ranges and their keys.
 *
 * @param frame Null while the chart is not laid out.
 * @returns What to listen to on the chart, and what is dragged over right now, in pixels of it.
 */
export function useZoom(frame: Frame | null, bucketMs: number) {
  const pressedAt = useRef<number | null>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const letGo = (): void => {
    pressedAt.current = null;
    setDrag(null);
  };
  useWindowKey((event) => {
    if (event.key === "Escape" && pressedAt.current !== null) {
      letGo();
    }
  });
  const placeOf = (event: PointerEvent<HTMLElement>): number => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return frame === null ? x : Math.min(Math.max(x, frame.left), frame.right);
  };
  const listeners = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      const isOnLink = event.target instanceof Element && event.target.closest("a") !== null;
      if (event.pointerType !== "touch" && event.button === 0 && !isOnLink) {
        pressedAt.current = placeOf(event);
      }
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const from = pressedAt.current;
      const to = placeOf(event);
      if (from !== null && (drag !== null || Math.abs(to - from) > slackPx)) {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from, to });
      }
    },
    onPointerUp: () => {
      if (drag !== null && frame !== null) {
        const [first, last] = drag.from < drag.to ? [drag.from, drag.to] : [drag.to, drag.from];
        showRange(rangeAround(frame.atOf(first), frame.atOf(last), bucketMs, Date.now()));
      }
      letGo();
    },
    onPointerCancel: letGo,
  };
  return {
    listeners,
    selected: drag && {
      left: Math.min(drag.from, drag.to),
      width: Math.abs(drag.to - drag.from),
    },
  };
}
