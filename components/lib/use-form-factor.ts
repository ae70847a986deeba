"use client";

import { startTransition, useEffect, useState } from "react";

type FormFactor = "phone" | "desk";

const query = "(width < 720px)";
/** Null while the page of the server is taken over, which has both. */
let known: FormFactor | null = null;

/**
 * Which layout is shown. The server renders both and the stylesheet hides one, so that nothing jumps; once the browser
 * has taken over, the hidden one is dropped, in pieces: presses are answered in between.
 */
export function useFormFactor(): "both" | FormFactor {
  const [shown, setShown] = useState<"both" | FormFactor>(known ?? "both");
  useEffect(() => {
    const media = window.matchMedia(query);
    const look = (): void => {
      const found = media.matches ? "phone" : "desk";
      known = found;
      startTransition(() => {
        setShown(found);
      });
    };
    look();
    media.addEventListener("change", look);
    return () => {
      media.removeEventListener("change", look);
    };
  }, []);
  return shown;
}
