"use client";

import dynamic from "next/dynamic";

/** Fetched when the first one opens. */
export const ObjectPopover = dynamic(
  () => import("./object-popover").then((module) => module.ObjectPopover),
  { ssr: false },
);
