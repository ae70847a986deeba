"use client";

import { type ReactNode, useEffect, useState } from "react";

const longestWaitMs = 500;
const waiting = new Set<() => void>();

type Props = { children: ReactNode };

/** Mounts what is expensive when the page has nothing else to do, one at a time: presses are answered in between. */
export function InTurn({ children }: Props) {
  const [isMounted, setMounted] = useState(false);
  useEffect(
    () =>
      inTurn(() => {
        setMounted(true);
      }),
    [],
  );
  return isMounted ? children : null;
}

/** Returns how to leave the queue. */
function inTurn(mount: () => void): () => void {
  waiting.add(mount);
  if (waiting.size === 1) {
    whenIdle(next);
  }
  return () => {
    waiting.delete(mount);
  };
}

function next(): void {
  const [mount] = waiting;
  if (mount === undefined) {
    return;
  }
  mount();
  waiting.delete(mount);
  if (waiting.size > 0) {
    whenIdle(next);
  }
}

/** Safari knows no idle time. */
function whenIdle(work: () => void): void {
  if ("requestIdleCallback" in window) {
    requestIdleCallback(work, { timeout: longestWaitMs });
  } else {
    setTimeout(work, 0);
  }
}
