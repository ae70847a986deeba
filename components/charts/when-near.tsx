"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { LoadBoundary } from "@/components/ui/load-boundary";

type Props = { children: ReactNode };

const margin = "160px";

/** Mounts what is expensive when it comes near the screen. */
export function WhenNear({ children }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const [isMounted, setMounted] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) {
          setMounted(true);
        }
      },
      { rootMargin: margin },
    );
    if (element.current !== null) {
      observer.observe(element.current);
    }
    return () => {
      observer.disconnect();
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
