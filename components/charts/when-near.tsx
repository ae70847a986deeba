"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { LoadBoundary } from "@/components/ui/load-boundary";

type Props = { children: ReactNode };

const margin = "160px";
const longestWaitMs = 500;

const waiting = new Set<() => void>();

/** Runs `mount` when the page has nothing else to do, one at a time, so that presses are answered in between. */
function inTurn(mount: () => void): () => void {
  waiting.add(mount);
  if (waiting.size === 1) {
    whenIdle(next);
  }
  return () => waiting.delete(mount);
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

/** Mounts what is expensive when it comes near the screen. */
export function WhenNear({ children }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const [isMounted, setMounted] = useState(false);
  useEffect(() => {
    let forget: (() => void) | undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (forget === undefined && entries.some(({ isIntersecting }) => isIntersecting)) {
          forget = inTurn(() => {
            setMounted(true);
          });
        }
      },
      { rootMargin: margin },
    );
    if (element.current !== null) {
      observer.observe(element.current);
    }
    return () => {
      observer.disconnect();
      forget?.();
    };
  }, []);
  return (
    <div ref={element} className="h-full">
      {isMounted && <LoadBoundary fallback={<NotLoaded />}>{children}</LoadBoundary>}
    </div>
  );
}

/** A browser does not ask again for code that did not come, until the page is loaded anew. */
function NotLoaded() {
  const { t } = useWords();
  return (
    <p data-testid="not-loaded" className="flex flex-wrap items-center gap-3 py-4 text-fg-2">
      {t("failure.chart")}
      <Button
        size="sm"
        onClick={() => {
          location.reload();
        }}
      >
        {t("failure.reload")}
      </Button>
    </p>
  );
}
