"use client";

import { createContext, type ReactNode, useContext } from "react";
import { failureCode } from "../api";
import type { Trouble } from "../verdict";
import { useLiveState } from "./provider";
import { useHealth } from "./views";

type Props = { trouble: Trouble | null; children: ReactNode };

const TroubleContext = createContext<Trouble | null>(null);

/** Passes on what kept the server from reading the numbers when it rendered the page. */
export function TroubleProvider({ trouble, children }: Props) {
  return <TroubleContext value={trouble}>{children}</TroubleContext>;
}

/** Why the newest look at the targets failed; null when it did not. */
export function useTrouble(): Trouble | null {
  const rendered = useContext(TroubleContext);
  const { error, failureReason, data } = useHealth();
  const { hasDatabase } = useLiveState();
  const cause = error ?? failureReason;
  const code = cause === null ? null : failureCode(cause);
  if (code === "outdated") {
    return code;
  }
  if (!hasDatabase || code === "database_unavailable") {
    return "database";
  }
  if (code !== null) {
    return "unreachable";
  }
  return data === undefined ? rendered : null;
}
