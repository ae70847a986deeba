"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { useRef } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useLiveClock, useTogglePause } from "@/components/lib/live/provider";
import { announce } from "@/components/lib/notice";
import { healthQueries } from "@/components/lib/queries";
import { useWindowKey } from "@/components/lib/use-window-key";
import { areShortcutsOn } from "@/components/lib/shortcuts-preference";
import { useWrites } from "@/components/lib/writes/provider";
import { commandOf, leaderMs, type PageCommand, type ViewCommand } from "./keymap";
import { linkTo } from "./nav-links";
import { focusFilter, focusRow, openViews } from "./rows";

export interface Opened {
  readonly help: () => void;
  readonly palette: () => void;
}

/** Does what is asked of what the page shows; the code for it comes with the first time. */
export function useViewCommand(): (command: ViewCommand) => void {
  const { t, f } = useWords();
  const client = useQueryClient();
  const clock = useLiveClock();
  return (command) => {
    const health = client.getQueryData(healthQueries.view().queryKey);
    import("./view-commands")
      .then(({ runViewCommand }) => runViewCommand(command, { nowMs: clock.get(), health, t, f }))
      .catch(() => undefined);
  };
}

/** Takes back the last change that was made here, or says that there is none. */
export function useUndo(): () => void {
  const { t } = useWords();
  const { undoLatest } = useWrites();
  return () => {
    if (!undoLatest()) {
      announce(t("toast.nothingToUndo"));
    }
  };
}

/** Keys of the whole page; silent while somebody types or a dialog is open. */
export function useShortcuts({ help, palette }: Opened): void {
  const togglePause = useTogglePause();
  const undo = useUndo();
  const router = useRouter();
  const search = useSearchParams();
  const runView = useViewCommand();
  const leaderAtMs = useRef(Number.NEGATIVE_INFINITY);

  const run = (command: PageCommand): void => {
    switch (command.kind) {
      case "palette":
        palette();
        return;
      case "help":
        help();
        return;
      case "pause":
        togglePause();
        return;
      case "undo":
        undo();
        return;
      case "filter":
        focusFilter();
        return;
      case "views":
        openViews();
        return;
      case "next":
        focusRow(1);
        return;
      case "previous":
        focusRow(-1);
        return;
      case "go":
        router.push(linkTo(command.href, search));
        return;
      case "range":
      case "time":
      case "link":
      case "export":
      case "worst":
      case "probe":
        runView(command);
    }
  };
  useWindowKey((event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) {
      return;
    }
    const command = commandOf(event, {
      isTyping: isTyping(event),
      afterLeader: event.timeStamp - leaderAtMs.current < leaderMs,
    });
    leaderAtMs.current = command === "leader" ? event.timeStamp : Number.NEGATIVE_INFINITY;
    if (command === null || command === "leader") {
      return;
    }
    // Only single keys come in the way of somebody who speaks or types by other means.
    if (areShortcutsOn() || command.kind === "palette") {
      event.preventDefault();
      run(command);
    }
  });
}

function isTyping({ target }: KeyboardEvent): boolean {
  // Letters mean nothing to a slider.
  const isSlider = target instanceof HTMLInputElement && target.type === "range";
  return (
    !isSlider &&
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}
