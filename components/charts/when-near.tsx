"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";

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
      {isMounted && children}
    </div>
  );
}
