"use client";

import { useSyncExternalStore } from "react";

const query = "(width < 720px)";

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(query);
  media.addEventListener("change", listener);
  return () => {
    media.removeEventListener("change", listener);
  };
}

/**
 * Which layout is shown. The server renders both and the stylesheet hides one, so that nothing jumps; once the browser
 * has taken over, the hidden one is dropped.
 */
export function useFormFactor(): "both" | "phone" | "desk" {
  return useSyncExternalStore(
    subscribe,
    () => (window.matchMedia(query).matches ? "phone" : "desk"),
    () => "both",
  );
}
