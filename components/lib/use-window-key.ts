"use client";

import { useEffect, useEffectEvent } from "react";

/** Hears every key of the page for as long as the component is there; the handler always sees the newest values. */
export function useWindowKey(handler: (event: KeyboardEvent) => void): void {
  const onKey = useEffectEvent(handler);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      onKey(event);
    };
    window.addEventListener("keydown", listen);
    return () => {
      window.removeEventListener("keydown", listen);
    };
  }, []);
}
