"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

/** A change of the feed by its id, and its instant. */
export interface ChangeRef {
  readonly id: string;
  readonly at: number;
}

/** The open change is in the address, so that a link shows it. */
export function useOpenChange(): [ChangeRef | null, (change: ChangeRef | null) => void] {
  const search = useSearchParams();
  const open = useCallback((change: ChangeRef | null): void => {
    const next = new URLSearchParams(window.location.search);
    if (change === null) {
      next.delete("change");
    } else {
      next.set("change", changeText(change));
    }
    const query = next.toString();
    window.history.pushState(null, "", query === "" ? window.location.pathname : `?${query}`);
  }, []);
  return [changeIn(search.get("change")), open];
}

/** Opens the change that a mark of a chart stands for; always the same function. */
export function useOpenMark(): (mark: { readonly id: string; readonly t: number }) => void {
  const [, open] = useOpenChange();
  return useCallback(
    ({ id, t }) => {
      open({ id, at: t });
    },
    [open],
  );
}

/** A change as an address names it: `<instant>.<id>`. */
export function changeText({ id, at }: ChangeRef): string {
  return `${at}.${id}`;
}

/** The change that an address names; null for anything else. */
export function changeIn(text: string | null): ChangeRef | null {
  const [, at, id] = /^(\d{1,15})\.(r:\d{1,9}|h:[0-9a-f-]{36})$/.exec(text ?? "") ?? [];
  return at === undefined || id === undefined ? null : { id, at: Number(at) };
}
