"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";

type Props = { children: ReactNode };

const margin = "160px";
/** Somebody who reads from the top has time for the page to finish quietly. */
const idleMs = 4_000;

/** Mounts what is expensive when it comes near the screen, or when the page has been quiet for a while. */
export function WhenNear({ children }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const [isMounted, setMounted] = useState(false);
  useEffect(() => {
    const show = (): void => {
      setMounted(true);
    };
    const timer = setTimeout(show, idleMs);
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) {
          show();
        }
      },
      { rootMargin: margin },
    );
    if (element.current !== null) {
      observer.observe(element.current);
    }
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, []);
  return (
    <div ref={element} className="h-full">
      {isMounted && children}
    </div>
  );
}
