"use client";

import dynamic from "next/dynamic";
import { useWritesState } from "@/components/lib/writes/provider";
import { LoadBoundary } from "@/components/ui/load-boundary";

/** Fetched when they are first needed. */
const ConfirmSheet = dynamic(
  () => import("./confirm-sheet").then((module) => module.ConfirmSheet),
  { ssr: false },
);
const ConflictSheet = dynamic(
  () => import("./conflict-sheet").then((module) => module.ConflictSheet),
  { ssr: false },
);

/** What a change asks before it happens, and what it met. */
export function Sheets() {
  const { confirming, conflict } = useWritesState();
  return (
    <LoadBoundary fallback={null}>
      {confirming !== null && <ConfirmSheet />}
      {conflict !== null && <ConflictSheet conflict={conflict} />}
    </LoadBoundary>
  );
}
